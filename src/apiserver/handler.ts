import type { Handler, Log } from '#base'
import { isCode, messageOf } from '#base'
import type { Core } from './core.ts'
import { aggregated, coreVersions, group, groupList, resourceList } from './discovery.ts'
import { notServed } from './not-served.ts'
import type { OpenApi } from './openapi.ts'
import { type ApiRequest, acceptanceOf, type BodySource } from './request.ts'
import { respondError, respondJson, respondText } from './respond.ts'
import { reviewAccess } from './reviews.ts'
import {
  badRequest,
  methodNotAllowed,
  noSuchPath,
  notAcceptable,
  statusOf,
  unauthorized,
} from './status-error.ts'
import { serveResource } from './verbs.ts'
import type { WatchHub } from './watch.ts'

/** What the routes lead to. */
export interface Served {
  core: Core
  hub: WatchHub
  openApi: OpenApi
  log: Log
  /** Reads bodies in Kubernetes' protobuf. */
  protobuf: BodySource['protobuf']
  /** Bearer token that every request needs. */
  token?: string
}

/** The whole Kubernetes API as one handler; whatever goes wrong is answered with a Status. */
export function createHandler(served: Served): Handler {
  return async (http) => {
    try {
      authorize(http, served.token)
      return await route(served, http)
    } catch (error) {
      const { code = 500 } = statusOf(error)
      if (code === 500 && !isCode(error, 'API_REFUSED'))
        served.log.error('request failed', { url: http.url, error: messageOf(error) })
      return respondError(error)
    }
  }
}

function authorize(http: Request, token: string | undefined): void {
  if (token === undefined) return
  if (http.headers.get('authorization') !== `Bearer ${token}`) throw unauthorized()
}

const version = {
  major: '1',
  minor: '36',
  emulationMajor: '1',
  emulationMinor: '36',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '35',
  gitVersion: 'v1.36.3',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: 'sluice/embedded',
}

async function route(served: Served, http: Request): Promise<Response> {
  const url = new URL(http.url)
  const parts = pathParts(url.pathname)
  const [root = '', ...rest] = parts
  if (root === 'api' || root === 'apis') return routeApi(served, http, { url, root, rest })
  if (http.method !== 'GET' && http.method !== 'HEAD') throw noSuchPath()
  if (['healthz', 'livez', 'readyz'].includes(root)) return respondPlain('ok')
  if (root === 'version' && rest.length === 0) return respondJson(version)
  if (root === 'openapi') return routeOpenApi(served, rest)
  if (root === '') return respondJson({ paths: rootPaths(served.core) })
  throw notServed(root) ?? noSuchPath()
}

function pathParts(path: string): string[] {
  try {
    return path.split('/').filter(Boolean).map(decodeURIComponent)
  } catch {
    throw badRequest(`the path ${path} is not valid percent-encoding`)
  }
}

function respondPlain(text: string): Response {
  return new Response(text, { headers: { 'content-type': 'text/plain; charset=utf-8' } })
}

function rootPaths({ resources }: Core): string[] {
  const versions = resources
    .all()
    .map(({ group: name, version: v }) => (name ? `/apis/${name}/${v}` : `/api/${v}`))
  return ['/api', '/apis', ...new Set(versions), '/healthz', '/livez', '/openapi/v3', '/readyz', '/version']
}

function routeOpenApi({ openApi }: Served, [spec, ...path]: string[]): Response {
  if (spec !== 'v3') throw spec === 'v2' ? notAcceptable('application/json of /openapi/v3') : noSuchPath()
  if (path.length === 0) return respondJson(openApi.index())
  const text = openApi.document(path.join('/'))
  if (text === undefined) throw noSuchPath()
  return respondText(text)
}

interface Where {
  url: URL
  root: 'api' | 'apis'
  rest: string[]
}

async function routeApi(served: Served, http: Request, { url, root, rest }: Where): Promise<Response> {
  const { core } = served
  const groupName = root === 'api' ? '' : (rest[0] ?? '')
  const [versionName = '', ...path] = root === 'api' ? rest : rest.slice(1)
  if (versionName === '') return discover(core, http, root, groupName)
  const review = reviewAccess({ http, protobuf: served.protobuf }, groupName, path)
  if (review) return review
  if (!core.resources.hasVersion(groupName, versionName)) throw notServed(groupName) ?? noSuchPath()
  if (path.length === 0) {
    requireGet(http)
    return respondJson(resourceList(core, groupName, versionName))
  }
  const request = requestOf(served, http, { url, group: groupName, version: versionName, path })
  return serveResource(served, request)
}

function requireGet(http: Request): void {
  if (http.method !== 'GET' && http.method !== 'HEAD')
    throw methodNotAllowed({ group: '', resource: 'discovery' }, http.method)
}

function discover(core: Core, http: Request, root: 'api' | 'apis', groupName: string): Response {
  requireGet(http)
  if (groupName !== '') {
    const found = group(core, groupName)
    if (!found) throw notServed(groupName) ?? noSuchPath()
    return respondJson(found)
  }
  const accept = (http.headers.get('accept') ?? '').replaceAll(' ', '')
  const wanted = /application\/json;g=apidiscovery\.k8s\.io;v=v2;as=APIGroupDiscoveryList/.exec(accept)
  if (wanted) return respondJson(aggregated(core, root === 'api'), 200, wanted[0])
  return respondJson(root === 'api' ? coreVersions() : groupList(core))
}

interface Target {
  url: URL
  group: string
  version: string
  path: string[]
}

function requestOf(
  { core, protobuf }: Served,
  http: Request,
  { url, group: name, version: v, path }: Target,
): ApiRequest {
  const { namespace, plural, object, subresource, extra } = placeOf(path)
  const resource = core.resources.find(name, v, plural)
  if (!resource) throw notServed(name, plural) ?? noSuchPath()
  if (extra || (namespace !== undefined && !resource.namespaced)) throw noSuchPath()
  const known =
    (subresource === 'status' && resource.hasStatus) ||
    (subresource === 'scale' && resource.scale) ||
    (subresource === 'finalize' && resource.bucket === '/namespaces')
  if (subresource !== undefined && !known) throw notServed(name, plural, subresource) ?? noSuchPath()
  if (object !== undefined && resource.namespaced && namespace === undefined) throw noSuchPath()
  return {
    resource,
    ...(namespace === undefined ? {} : { namespace }),
    ...(object === undefined ? {} : { name: object }),
    ...(subresource === undefined ? {} : { subresource }),
    query: url.searchParams,
    accept: acceptanceOf(http),
    http,
    protobuf,
  }
}

interface Place {
  namespace?: string
  plural: string
  object?: string
  subresource?: string
  extra: boolean
}

/** `namespaces/x/pods/y/status` and its shorter forms; `namespaces/x` and its own subresources are about the namespace. */
function placeOf(path: string[]): Place {
  const [first = '', second, third = ''] = path
  const own = path.length <= 2 || (path.length === 3 && ['status', 'finalize'].includes(third))
  const inNamespace = first === 'namespaces' && !own
  const [plural = '', object, subresource, ...more] = inNamespace ? path.slice(2) : path
  return {
    plural,
    ...(inNamespace && second !== undefined ? { namespace: second } : {}),
    ...(object === undefined ? {} : { object }),
    ...(subresource === undefined ? {} : { subresource }),
    extra: more.length > 0,
  }
}
