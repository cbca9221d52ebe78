import { type Digest, isDigest, streamOf } from '#base'
import { parseRange } from '#oci'
import { bad, blobUnknown, empty } from './answer.ts'
import type { RegistryStore } from './store.ts'

/** GET and HEAD of a blob (distribution-spec, "Pulling blobs"), with one byte range. */
export async function serveBlob(
  store: RegistryStore,
  repository: string,
  text: string,
  request: Request,
): Promise<Response> {
  const digest = readDigest(text)
  const linked = await store.link(repository, 'blobs', digest)
  const size = linked === undefined ? undefined : await store.size(digest)
  if (size === undefined) throw blobUnknown(digest)
  const headers: Record<string, string> = {
    'accept-ranges': 'bytes',
    'content-type': 'application/octet-stream',
    'docker-content-digest': digest,
    etag: `"${digest}"`,
  }
  const range = parseRange(request.headers.get('range'), size)
  if (range === 'unsatisfiable')
    return empty(416, { 'content-range': `bytes */${size}`, 'docker-content-digest': digest })
  const { start, end } = range ?? { start: 0, end: size - 1 }
  headers['content-length'] = String(end - start + 1)
  if (range) headers['content-range'] = `bytes ${start}-${end}/${size}`
  const body = request.method === 'HEAD' || size === 0 ? null : streamOf(store.read(digest, range))
  return new Response(body, { status: range ? 206 : 200, headers })
}

/** DELETE of a blob: this repository no longer holds it. */
export async function deleteBlob(store: RegistryStore, repository: string, text: string): Promise<Response> {
  const digest = readDigest(text)
  if (!(await store.removeLink(repository, 'blobs', digest))) throw blobUnknown(digest)
  return empty(202, { 'docker-content-digest': digest })
}

/** Reads a digest from a path or query. */
export function readDigest(text: string): Digest {
  if (isDigest(text)) return text
  throw bad('DIGEST_INVALID', 'provided digest did not match uploaded content', { digest: text })
}
