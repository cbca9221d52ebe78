import { type Handler, type Log, messageOf, SluiceError, silentLog } from '#base'
import { bad, empty, problemResponse, RequestProblem } from './answer.ts'
import { deleteBlob, serveBlob } from './blobs.ts'
import { listReferrers, listRepositories, listTags } from './listings.ts'
import { isLogin } from './login.ts'
import { deleteManifest, putManifest, serveManifest } from './manifests.ts'
import { memoryStore } from './memory.ts'
import type { RegistryStore } from './store.ts'
import { appendChunk, cancelUpload, finishUpload, startUpload, uploadStatus } from './uploads.ts'

export interface RegistryOptions {
  /** In memory when absent. */
  store?: RegistryStore
  log?: Log
  /** Passwords by user name for HTTP Basic; everybody may do everything when absent. */
  users?: Readonly<Record<string, string>>
}

/** A registry: OCI distribution 1.1 with referrers, over a store. */
export interface Registry {
  readonly handler: Handler
}

/** Creates a registry; serve its handler, or call it in the same process. */
export function createRegistry(options: RegistryOptions = {}): Registry {
  const { store = memoryStore(), log = silentLog, users } = options
  return {
    async handler(request) {
      const response = await answer(store, log, users, request)
      response.headers.set('docker-distribution-api-version', 'registry/2.0')
      response.headers.set('x-content-type-options', 'nosniff')
      const { pathname } = new URL(request.url)
      log.debug('request', { method: request.method, path: pathname, status: response.status })
      return response
    },
  }
}

async function answer(
  store: RegistryStore,
  log: Log,
  users: Readonly<Record<string, string>> | undefined,
  request: Request,
): Promise<Response> {
  if (users && !isLogin(request.headers.get('authorization'), users)) {
    const problem = { status: 401, code: 'UNAUTHORIZED', message: 'authentication required' }
    return problemResponse(problem, { 'www-authenticate': 'Basic realm="sluice"' })
  }
  try {
    return await route(store, request)
  } catch (error) {
    if (error instanceof RequestProblem) return problemResponse(error.problem)
    if (request.signal.aborted) return empty(499)
    log.error('request failed', { url: request.url, error: messageOf(error) })
    // What went wrong inside is for the log; the client learns only whether trying again may help.
    const retryable = error instanceof SluiceError && error.retryable
    return problemResponse({ status: retryable ? 503 : 500, code: 'UNKNOWN', message: 'internal error' })
  }
}

const namePattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
const routePattern = /^\/v2\/(.+?)\/(tags\/list|manifests|blobs\/uploads|blobs|referrers)(?:\/([^/]*))?$/

type Route = (store: RegistryStore, repository: string, rest: string, request: Request) => Promise<Response>

/** By resource and method; HEAD is GET without a body. */
const routes: Readonly<Record<string, Readonly<Record<string, Route>>>> = {
  'tags/list': { GET: (store, name, _, request) => listTags(store, name, new URL(request.url)) },
  manifests: { GET: serveManifest, PUT: putManifest, DELETE: deleteManifest },
  blobs: { GET: serveBlob, DELETE: deleteBlob },
  referrers: { GET: (store, name, rest, request) => listReferrers(store, name, rest, new URL(request.url)) },
  'blobs/uploads': { POST: (store, name, _, request) => startUpload(store, name, request) },
  upload: { GET: uploadStatus, PATCH: appendChunk, PUT: finishUpload, DELETE: cancelUpload },
}

async function route(store: RegistryStore, request: Request): Promise<Response> {
  const url = new URL(request.url)
  const method = request.method === 'HEAD' ? 'GET' : request.method
  if (url.pathname === '/v2/' || url.pathname === '/v2') {
    if (method !== 'GET') throw notAllowed(request.method)
    return new Response('{}', { headers: { 'content-type': 'application/json', 'content-length': '2' } })
  }
  if (url.pathname === '/v2/_catalog' && method === 'GET') return listRepositories(store, url)
  const found = findRoute(url.pathname)
  if (!found) throw new RequestProblem({ status: 404, code: 'NAME_INVALID', message: 'no such address' })
  const { name, resource, rest } = found
  if (!namePattern.test(name) || name.length > 255)
    throw bad('NAME_INVALID', 'invalid repository name', { name })
  const handle = routes[resource]?.[method]
  if (!handle) throw notAllowed(request.method)
  return handle(store, name, rest, request)
}

function findRoute(pathname: string): { name: string; resource: string; rest: string } | undefined {
  const match = routePattern.exec(pathname)
  if (!match) return undefined
  const [, name = '', resource = '', rest = ''] = match
  if (resource === 'blobs/uploads' && rest !== '') return { name, resource: 'upload', rest }
  if (resource === 'tags/list' ? rest !== '' : rest === '' && resource !== 'blobs/uploads') return undefined
  try {
    return { name, resource, rest: decodeURIComponent(rest) }
  } catch {
    return undefined
  }
}

function notAllowed(method: string): RequestProblem {
  return new RequestProblem({
    status: 405,
    code: 'UNSUPPORTED',
    message: 'the operation is unsupported',
    detail: { method },
  })
}
