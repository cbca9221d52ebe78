import { type Digest, isDigest } from '#base'
import { bad, empty, RequestProblem } from './answer.ts'
import { readDigest } from './blobs.ts'
import type { RegistryStore } from './store.ts'

/** POST: mounts a blob of another repository, takes a whole blob, or starts an upload (distribution-spec, "Pushing blobs"). */
export async function startUpload(
  store: RegistryStore,
  repository: string,
  request: Request,
): Promise<Response> {
  const { searchParams } = new URL(request.url)
  const mount = searchParams.get('mount')
  const from = searchParams.get('from')
  if (mount !== null && from !== null && isDigest(mount) && (await canMount(store, from, mount))) {
    await store.setLink(repository, 'blobs', mount, '')
    return created(repository, mount)
  }
  const digest = mount === null ? searchParams.get('digest') : null
  const wanted = digest === null ? undefined : readDigest(digest)
  const id = await store.startUpload()
  await store.setLink(repository, 'uploads', id, '')
  if (wanted === undefined) return progress(repository, id, 0)
  await store.appendUpload(id, bodyOf(request))
  return finish(store, repository, id, wanted)
}

/** GET: how far an upload is. */
export async function uploadStatus(store: RegistryStore, repository: string, id: string): Promise<Response> {
  const size = await sizeOf(store, repository, id)
  return progress(repository, id, size, 204)
}

/** PATCH: one more chunk, which must begin where the last one ended. */
export async function appendChunk(
  store: RegistryStore,
  repository: string,
  id: string,
  request: Request,
): Promise<Response> {
  const size = await sizeOf(store, repository, id)
  const refusal = checkContentRange(request, repository, id, size)
  if (refusal) return refusal
  return progress(repository, id, await store.appendUpload(id, bodyOf(request)))
}

/** PUT: the last chunk, or none, and the digest of the whole. */
export async function finishUpload(
  store: RegistryStore,
  repository: string,
  id: string,
  request: Request,
): Promise<Response> {
  const size = await sizeOf(store, repository, id)
  const digest = readDigest(new URL(request.url).searchParams.get('digest') ?? '')
  const refusal = checkContentRange(request, repository, id, size)
  if (refusal) return refusal
  await store.appendUpload(id, bodyOf(request))
  return finish(store, repository, id, digest)
}

/** DELETE: drops an upload. */
export async function cancelUpload(store: RegistryStore, repository: string, id: string): Promise<Response> {
  await sizeOf(store, repository, id)
  await store.cancelUpload(id)
  await store.removeLink(repository, 'uploads', id)
  return empty(204)
}

async function finish(
  store: RegistryStore,
  repository: string,
  id: string,
  digest: Digest,
): Promise<Response> {
  const right = await store.finishUpload(id, digest)
  await store.removeLink(repository, 'uploads', id)
  if (!right) throw bad('DIGEST_INVALID', 'provided digest did not match uploaded content', { digest })
  await store.setLink(repository, 'blobs', digest, '')
  return created(repository, digest)
}

async function canMount(store: RegistryStore, from: string, digest: Digest): Promise<boolean> {
  return (await store.link(from, 'blobs', digest)) !== undefined && (await store.size(digest)) !== undefined
}

async function sizeOf(store: RegistryStore, repository: string, id: string): Promise<number> {
  const known = await store.link(repository, 'uploads', id)
  const size = known === undefined ? undefined : await store.uploadSize(id)
  if (size !== undefined) return size
  throw new RequestProblem({
    status: 404,
    code: 'BLOB_UPLOAD_UNKNOWN',
    message: 'blob upload unknown to registry',
  })
}

function checkContentRange(
  request: Request,
  repository: string,
  id: string,
  size: number,
): Response | undefined {
  const header = request.headers.get('content-range')
  if (header === null) return undefined
  const match = /^(?:bytes[ =])?(\d+)-(\d+)(?:\/.*)?$/.exec(header.trim())
  if (match && Number(match[1]) === size && Number(match[2]) >= size - 1) return undefined
  return progress(repository, id, size, 416)
}

function progress(repository: string, id: string, size: number, status = 202): Response {
  return empty(status, {
    location: `/v2/${repository}/blobs/uploads/${id}`,
    range: `0-${Math.max(size - 1, 0)}`,
    'docker-upload-uuid': id,
  })
}

function created(repository: string, digest: Digest): Response {
  return empty(201, {
    location: `/v2/${repository}/blobs/${digest}`,
    'docker-content-digest': digest,
  })
}

async function* bodyOf(request: Request): AsyncGenerator<Uint8Array> {
  if (request.body) yield* request.body
}
