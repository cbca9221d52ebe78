import { type Handler, streamOf } from '#base'
import { parseRange } from '#oci'
import type { ArtifactStore } from './store.ts'

/** Serves a store's files as Flux's artifact server does: GET and HEAD, one range, conditional requests; no listings. */
export function artifactHandler(store: ArtifactStore): Handler {
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return new Response(null, { status: 405, headers: { allow: 'GET, HEAD', 'content-length': '0' } })
    const path = pathOf(request.url)
    const file = path === undefined ? undefined : await store.find(path)
    if (!file) return notFound()
    // HTTP dates have whole seconds.
    const modified = Math.floor(file.modified / 1000) * 1000
    const headers: Record<string, string> = {
      'accept-ranges': 'bytes',
      'content-type': 'application/gzip',
      'last-modified': new Date(modified).toUTCString(),
      etag: `"${file.digest}"`,
    }
    if (isFresh(request.headers, modified, headers.etag ?? '')) {
      const { 'last-modified': since, etag } = headers
      return new Response(null, { status: 304, headers: { 'last-modified': since ?? '', etag: etag ?? '' } })
    }
    const range = parseRange(request.headers.get('range'), file.size)
    if (range === 'unsatisfiable')
      return new Response(null, { status: 416, headers: { 'content-range': `bytes */${file.size}` } })
    const { start, end } = range ?? { start: 0, end: file.size - 1 }
    headers['content-length'] = String(end - start + 1)
    if (range) headers['content-range'] = `bytes ${start}-${end}/${file.size}`
    const body = request.method === 'HEAD' || file.size === 0 ? null : streamOf(file.open(range))
    return new Response(body, { status: range ? 206 : 200, headers })
  }
}

function pathOf(url: string): string | undefined {
  try {
    return decodeURIComponent(new URL(url).pathname.slice(1))
  } catch {
    return undefined
  }
}

// RFC 9110 §13.2.2: If-None-Match decides when it is there.
function isFresh(headers: Headers, modified: number, etag: string): boolean {
  const match = headers.get('if-none-match')
  if (match !== null) return match.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
  const since = headers.get('if-modified-since')
  return since !== null && modified <= Date.parse(since)
}

function notFound(): Response {
  const body = '404 page not found\n'
  return new Response(body, {
    status: 404,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'content-length': String(body.length),
      'x-content-type-options': 'nosniff',
    },
  })
}
