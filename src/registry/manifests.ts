import {
  createDigester,
  type Digest,
  isCode,
  isDigest,
  limits,
  mapBounded,
  readAll,
  SluiceError,
  streamOf,
} from '#base'
import { type Index, isIndex, type Manifest, mediaTypeOf, parseManifest, readTag, referrerOf } from '#oci'
import { bad, empty, manifestUnknown, RequestProblem } from './answer.ts'
import type { RegistryStore } from './store.ts'

/** GET and HEAD of a manifest by tag or digest (distribution-spec, "Pulling manifests"). */
export async function serveManifest(
  store: RegistryStore,
  repository: string,
  target: string,
  request: Request,
): Promise<Response> {
  const { digest, mediaType, size } = await findManifest(store, repository, target)
  const headers = {
    'content-type': mediaType,
    'content-length': String(size),
    'docker-content-digest': digest,
    etag: `"${digest}"`,
  }
  const body = request.method === 'HEAD' ? null : streamOf(store.read(digest))
  return new Response(body, { headers })
}

/** PUT of a manifest under a tag or its digest (distribution-spec, "Pushing manifests"). */
export async function putManifest(
  store: RegistryStore,
  repository: string,
  target: string,
  request: Request,
): Promise<Response> {
  checkTarget(target)
  const bytes = await readManifest(request)
  const digest = digestFor(bytes, target)
  if (isDigest(target) && digest !== target)
    throw bad('DIGEST_INVALID', 'provided digest did not match uploaded content', { digest: target })
  const manifest = parse(bytes)
  const header = request.headers.get('content-type')?.split(';')[0]?.trim()
  if (header !== undefined && manifest.mediaType !== undefined && header !== manifest.mediaType)
    throw bad('MANIFEST_INVALID', `Content-Type is ${header}, the manifest's mediaType ${manifest.mediaType}`)
  await checkBlobs(store, repository, manifest)
  const mediaType = mediaTypeOf(manifest, header)
  await storeBytes(store, bytes, digest)
  await store.setLink(repository, 'manifests', digest, mediaType)
  const headers: Record<string, string> = {
    location: `/v2/${repository}/manifests/${digest}`,
    'docker-content-digest': digest,
  }
  if (manifest.subject) {
    const subject = manifest.subject.digest
    const entry = referrerOf({ mediaType, size: bytes.byteLength, digest }, manifest)
    await store.setLink(repository, 'referrers', `${subject}/${digest}`, JSON.stringify(entry))
    headers['oci-subject'] = subject
  }
  // The tag comes last: whoever sees it finds everything behind it.
  if (!isDigest(target)) await store.setLink(repository, 'tags', target, digest)
  return empty(201, headers)
}

/** DELETE of a tag, or of a manifest with every tag that names it. */
export async function deleteManifest(
  store: RegistryStore,
  repository: string,
  target: string,
): Promise<Response> {
  checkTarget(target)
  if (!isDigest(target)) {
    if (!(await store.removeLink(repository, 'tags', target))) throw manifestUnknown(repository, target)
    return empty(202)
  }
  const { digest } = await findManifest(store, repository, target)
  const manifest = parseManifest(await readAll(store.read(digest), limits.manifestBytes, digest), digest)
  for (const tag of await store.links(repository, 'tags'))
    if ((await store.link(repository, 'tags', tag)) === digest)
      await store.removeLink(repository, 'tags', tag)
  if (manifest.subject)
    await store.removeLink(repository, 'referrers', `${manifest.subject.digest}/${digest}`)
  await store.removeLink(repository, 'manifests', digest)
  return empty(202)
}

async function findManifest(
  store: RegistryStore,
  repository: string,
  target: string,
): Promise<{ digest: Digest; mediaType: string; size: number }> {
  checkTarget(target)
  const digest = isDigest(target) ? target : await store.link(repository, 'tags', target)
  if (digest === undefined || !isDigest(digest)) throw manifestUnknown(repository, target)
  const mediaType = await store.link(repository, 'manifests', digest)
  const size = mediaType === undefined ? undefined : await store.size(digest)
  if (mediaType === undefined || size === undefined) throw manifestUnknown(repository, target)
  return { digest, mediaType, size }
}

async function readManifest(request: Request): Promise<Uint8Array> {
  if (!request.body) throw bad('MANIFEST_INVALID', 'the manifest is empty')
  try {
    return await readAll(request.body, limits.manifestBytes, 'manifest')
  } catch (error) {
    if (!isCode(error, 'LIMIT_EXCEEDED')) throw error
    throw new RequestProblem({ status: 413, code: 'SIZE_INVALID', message: error.message })
  }
}

function parse(bytes: Uint8Array): Manifest | Index {
  try {
    return parseManifest(bytes, 'manifest')
  } catch (error) {
    throw error instanceof SluiceError ? bad('MANIFEST_INVALID', error.message) : error
  }
}

/** Refuses a manifest whose own blobs are not here; an index may name manifests that come later or never. */
async function checkBlobs(
  store: RegistryStore,
  repository: string,
  manifest: Manifest | Index,
): Promise<void> {
  if (isIndex(manifest)) return
  // Foreign layers live elsewhere by design.
  const own = [manifest.config, ...manifest.layers].filter(({ urls }) => !urls?.length)
  const missing = await mapBounded(own, 8, async ({ digest }) =>
    (await store.link(repository, 'blobs', digest)) === undefined ? [digest] : [],
  )
  const [first] = missing.flat()
  if (first === undefined) return
  throw new RequestProblem({
    status: 404,
    code: 'MANIFEST_BLOB_UNKNOWN',
    message: 'manifest references a manifest or blob unknown to registry',
    detail: { digest: first },
  })
}

async function storeBytes(store: RegistryStore, bytes: Uint8Array, digest: Digest): Promise<void> {
  if ((await store.size(digest)) !== undefined) return
  const id = await store.startUpload()
  await store.appendUpload(id, once(bytes))
  await store.finishUpload(id, digest)
}

function digestFor(bytes: Uint8Array, target: string): Digest {
  const digester = createDigester(isDigest(target) ? target.split(':')[0] : 'sha256')
  digester.update(bytes)
  return digester.digest()
}

function checkTarget(target: string): void {
  if (isDigest(target)) return
  if (target.includes(':'))
    throw bad('DIGEST_INVALID', 'digest is not one of a known algorithm', { digest: target })
  try {
    readTag(target)
  } catch (error) {
    throw error instanceof SluiceError ? bad('MANIFEST_INVALID', error.message) : error
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
