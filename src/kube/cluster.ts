import type { KubeObject } from '#api'
import {
  type Clock,
  type Fetch,
  type HttpResponse,
  limits,
  retry,
  SluiceError,
  systemClock,
  textOf,
} from '#base'
import { basePath, createDiscovery, type Resource } from './discovery.ts'
import { errorOfStatus, statusError } from './status-error.ts'

/** Names one object. */
export interface ObjectRef {
  apiVersion: string
  kind: string
  name: string
  namespace?: string
}

/** Names a set of objects of one kind. */
export interface KindRef {
  apiVersion: string
  kind: string
  namespace?: string
  labelSelector?: string
  fieldSelector?: string
}

export interface WriteOptions {
  /** Field manager. */
  manager: string
  dryRun?: boolean
  signal?: AbortSignal
}

export type PatchType = 'merge' | 'json' | 'apply'

export interface PatchOptions extends WriteOptions {
  subresource?: 'status'
  /** Take over conflicting fields; apply only. */
  force?: boolean
}

export interface RemoveOptions {
  uid?: string
  resourceVersion?: string
  propagation?: 'Background' | 'Foreground' | 'Orphan'
}

export interface ObjectList {
  items: KubeObject[]
  resourceVersion: string
}

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'
  object: KubeObject
}

export interface WatchOptions {
  resourceVersion: string
  timeoutSeconds?: number
  signal?: AbortSignal
}

/** A client of one API server. Errors are `KUBE_*` codes with the server's own message; idempotent calls are retried. */
export interface Cluster {
  /** Throws `KUBE_NOT_FOUND`. */
  get(ref: ObjectRef): Promise<KubeObject>
  list(kind: KindRef): Promise<ObjectList>
  create(object: KubeObject, options: WriteOptions): Promise<KubeObject>
  patch(
    ref: ObjectRef,
    type: PatchType,
    body: unknown,
    options: PatchOptions,
  ): Promise<{ object: KubeObject; created: boolean }>
  /** Resolves once the server has accepted; finalizers may keep the object for longer. Throws `KUBE_NOT_FOUND`. */
  remove(ref: ObjectRef, options?: RemoveOptions): Promise<void>
  /** Ends when the server closes it; throws `KUBE_EXPIRED` when the resource version is too old. */
  watch(kind: KindRef, options: WatchOptions): AsyncIterable<WatchEvent>
  /** Throws `KUBE_KIND_UNKNOWN`. */
  resourceOf(apiVersion: string, kind: string): Promise<Resource>
  /** JSON at any path, e.g. `/version`. */
  raw(path: string): Promise<unknown>
  /** The same server seen as another user. */
  as(user: string): Cluster
}

export interface ClusterOptions {
  fetch: Fetch
  /** A fetch for long-running watches, so that they never starve the others. */
  watchFetch?: Fetch
  server: string
  /** Extra headers of every request, e.g. the credential; asked anew for each one. */
  headers?: () => Promise<Record<string, string | string[]>>
  /** Called after a 401, before the one repeat. */
  onUnauthorized?: () => void
  userAgent?: string
  clock?: Clock
}

const patchTypes: Readonly<Record<PatchType, string>> = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
}

// Large enough that a list of thousands is few requests, small enough that no answer is tens of megabytes.
const pageSize = 500
const listBytes = 256 * 1024 * 1024

interface Call {
  method: string
  path: string
  query?: Record<string, string>
  body?: unknown
  contentType?: string
  signal?: AbortSignal
}

/** Opens a {@link Cluster}. */
export function openCluster(options: ClusterOptions): Cluster {
  return clusterAs(options, createCaller(options))
}

function clusterAs(options: ClusterOptions, caller: Caller): Cluster {
  const { clock = systemClock } = options
  const json = async (
    call: Call,
    max: number = limits.yamlBytes,
  ): Promise<{ status: number; value: unknown }> => {
    const response = await caller(call)
    return { status: response.status, value: JSON.parse(await textOf(response, max)) }
  }
  const discovery = createDiscovery(async (path) => (await json({ method: 'GET', path })).value, clock)
  const pathOf = async (ref: ObjectRef): Promise<string> => {
    const resource = await discovery.resourceOf(ref.apiVersion, ref.kind)
    return `${collectionPath(resource, ref.namespace)}/${encodeURIComponent(ref.name)}`
  }
  return {
    resourceOf: discovery.resourceOf,
    raw: async (path) => (await json({ method: 'GET', path })).value,
    get: async (ref) => (await json({ method: 'GET', path: await pathOf(ref) })).value as KubeObject,
    async list(kind) {
      const path = collectionPath(await discovery.resourceOf(kind.apiVersion, kind.kind), kind.namespace)
      return listAll(
        (query) => json({ method: 'GET', path, query: { ...selectors(kind), ...query } }, listBytes),
        kind,
      )
    },
    async create(object, write) {
      const path = collectionPath(
        await discovery.resourceOf(object.apiVersion, object.kind),
        object.metadata.namespace,
      )
      return (
        await json({ method: 'POST', path, query: writeQuery(write), body: object, ...signalOf(write) })
      ).value as KubeObject
    },
    async patch(ref, type, body, patch) {
      const path = `${await pathOf(ref)}${patch.subresource ? `/${patch.subresource}` : ''}`
      const query = {
        ...writeQuery(patch),
        ...(type === 'apply' ? { force: String(patch.force ?? false) } : {}),
      }
      const { status, value } = await json({
        method: 'PATCH',
        path,
        query,
        body,
        contentType: patchTypes[type],
        ...signalOf(patch),
      })
      return { object: value as KubeObject, created: status === 201 }
    },
    async remove(ref, { uid, resourceVersion, propagation = 'Background' } = {}) {
      const preconditions = {
        ...(uid === undefined ? {} : { uid }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      }
      await json({
        method: 'DELETE',
        path: await pathOf(ref),
        body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: propagation, preconditions },
      })
    },
    watch: (kind, watch) => watchKind(caller, discovery.resourceOf, kind, watch),
    as: (user) =>
      clusterAs(
        options,
        createCaller({
          ...options,
          headers: async () => ({ ...(await options.headers?.()), 'impersonate-user': user }),
        }),
      ),
  }
}

type Caller = (call: Call & { idleTimeout?: number }) => Promise<HttpResponse>

function createCaller(options: ClusterOptions): Caller {
  const {
    fetch,
    watchFetch = fetch,
    server,
    headers,
    onUnauthorized,
    userAgent = 'sluice',
    clock = systemClock,
  } = options
  const once = async (call: Call & { idleTimeout?: number }): Promise<HttpResponse> => {
    const query = new URLSearchParams(call.query).toString()
    const send = call.idleTimeout === undefined ? fetch : watchFetch
    const response = await send({
      method: call.method,
      url: `${server}${call.path}${query === '' ? '' : `?${query}`}`,
      headers: {
        accept: 'application/json',
        'user-agent': userAgent,
        ...(call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
        ...(await headers?.()),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      ...(call.signal ? { signal: call.signal } : {}),
      ...(call.idleTimeout === undefined ? {} : { idleTimeout: call.idleTimeout }),
    })
    if (response.status >= 200 && response.status < 300) return response
    throw await statusError(response)
  }
  return async (call) => {
    // A create that was cut off may have happened: only calls that can be repeated safely are.
    const attempts = call.method === 'POST' ? 1 : 4
    try {
      return await retry(() => once(call), { clock, attempts, base: 250, max: 10_000, ...signalOf(call) })
    } catch (error) {
      if (!onUnauthorized || !(error instanceof SluiceError) || error.code !== 'KUBE_UNAUTHORIZED')
        throw error
      onUnauthorized()
      return once(call)
    }
  }
}

async function listAll(
  page: (query: Record<string, string>) => Promise<{ value: unknown }>,
  kind: KindRef,
): Promise<ObjectList> {
  const items: KubeObject[] = []
  let token = ''
  for (;;) {
    const query = { limit: String(pageSize), ...(token === '' ? {} : { continue: token }) }
    const list = (await page(query)).value as {
      metadata: { resourceVersion: string; continue?: string }
      items: KubeObject[] | null
    }
    // The items of a list come without apiVersion and kind.
    for (const item of list.items ?? []) items.push({ ...item, apiVersion: kind.apiVersion, kind: kind.kind })
    token = list.metadata.continue ?? ''
    if (token === '') return { items, resourceVersion: list.metadata.resourceVersion }
  }
}

async function* watchKind(
  caller: Caller,
  resourceOf: (apiVersion: string, kind: string) => Promise<Resource>,
  kind: KindRef,
  options: WatchOptions,
): AsyncGenerator<WatchEvent> {
  const path = collectionPath(await resourceOf(kind.apiVersion, kind.kind), kind.namespace)
  const query = {
    ...selectors(kind),
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: options.resourceVersion,
    ...(options.timeoutSeconds === undefined ? {} : { timeoutSeconds: String(options.timeoutSeconds) }),
  }
  const response = await caller({ method: 'GET', path, query, idleTimeout: 0, ...signalOf(options) })
  for await (const line of linesOf(response.body)) {
    const event = JSON.parse(line) as
      | WatchEvent
      | { type: 'ERROR'; object: Parameters<typeof errorOfStatus>[0] }
    if (event.type === 'ERROR') throw errorOfStatus(event.object)
    yield event
  }
}

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true })
    let start = 0
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', start)) {
      if (end > start) yield rest.slice(start, end)
      start = end + 1
    }
    rest = rest.slice(start)
    if (rest.length > limits.yamlBytes)
      throw new SluiceError(
        'LIMIT_EXCEEDED',
        `Cannot read watch event: found more than ${limits.yamlBytes} bytes on a line`,
      )
  }
}

function collectionPath(resource: Resource, namespace: string | undefined): string {
  const scope = resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  return `${basePath(resource.apiVersion)}${scope}/${resource.plural}`
}

function selectors({ labelSelector, fieldSelector }: KindRef): Record<string, string> {
  return { ...(labelSelector ? { labelSelector } : {}), ...(fieldSelector ? { fieldSelector } : {}) }
}

function writeQuery({ manager, dryRun }: WriteOptions): Record<string, string> {
  return { fieldManager: manager, ...(dryRun ? { dryRun: 'All' } : {}) }
}

function signalOf({ signal }: { signal?: AbortSignal }): { signal?: AbortSignal } {
  return signal ? { signal } : {}
}
