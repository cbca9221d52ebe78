import type { KubeObject } from '#api'
import type { Core } from './core.ts'
import { checkWatchOptions, sendInitialOf } from './list-options.ts'
import { partialOf } from './partial.ts'
import { matcherOf, parseRevision } from './read.ts'
import { type ApiRequest, flagOf, numberOf } from './request.ts'
import { readAs } from './resource.ts'
import type { Matcher } from './selectors.ts'
import { expired, statusOf } from './status-error.ts'
import type { StoreEvent } from './storage.ts'
import { tableOf } from './table.ts'

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'

/** All watches of a server. */
export interface WatchHub {
  open(request: ApiRequest): Response
  /** Ends the watches of one bucket, or all. */
  end(bucket?: string): void
}

// A reader this many bytes behind is cut off and lists anew; the real server does the same with a count of events.
const maxBehind = 16 * 1024 * 1024
const bookmarkEvery = 60_000
const defaultTimeout = 30 * 60

/** Creates the hub of a server. */
export function createWatchHub(core: Core): WatchHub {
  const open = new Set<{ bucket: string; end: () => void }>()
  const encoder = createEncoder(core)
  return {
    open(request) {
      const start = startOf(core, request)
      return stream(core, request, start, { encoder, open })
    },
    end(bucket) {
      for (const watch of open) if (bucket === undefined || watch.bucket === bucket) watch.end()
    },
  }
}

interface Start {
  /** State to send as ADDED first. */
  initial: readonly KubeObject[]
  /** Changes that happened since. */
  missed: readonly StoreEvent[]
  /** Send a bookmark that marks the end of the initial state. */
  markEnd: boolean
  error?: unknown
}

function startOf(core: Core, request: ApiRequest): Start {
  const { resource, namespace, query } = request
  const version = query.get('resourceVersion') ?? ''
  const sendInitial = sendInitialOf(query)
  checkWatchOptions(query)
  const current = (): readonly KubeObject[] => core.store.list(resource.bucket, namespace)
  if (sendInitial) return { initial: current(), missed: [], markEnd: flagOf(query, 'allowWatchBookmarks') }
  if (version === '' || version === '0')
    return { initial: sendInitial === false ? [] : current(), missed: [], markEnd: false }
  const revision = parseRevision(version)
  const missed =
    revision > core.store.revision ? undefined : core.store.eventsSince(resource.bucket, revision)
  if (missed) return { initial: [], missed, markEnd: false }
  const error = expired(`too old resource version: ${version} (${core.store.revision})`)
  return { initial: [], missed: [], markEnd: false, error }
}

interface Shared {
  encoder: Encoder
  open: Set<{ bucket: string; end: () => void }>
}

function stream(core: Core, request: ApiRequest, start: Start, { encoder, open }: Shared): Response {
  const { resource, namespace, query, http } = request
  const matches = matcherOf(request)
  const encode = encoder(request)
  const timeout = (numberOf(query, 'timeoutSeconds') || defaultTimeout) * 1000
  const stops: (() => void)[] = []
  const watch = { bucket: resource.bucket, end: (): void => undefined }
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const finish = (): void => {
          if (!open.delete(watch)) return
          for (const stop of stops) stop()
          controller.close()
        }
        const send = (bytes: Uint8Array): void => {
          controller.enqueue(bytes)
          if ((controller.desiredSize ?? 0) < -maxBehind) finish()
        }
        watch.end = finish
        open.add(watch)
        const deliver = (event: StoreEvent): void => {
          const seen = selected(event, matches, namespace)
          if (seen) send(encode(seen.type, seen.object, event))
        }
        if (start.error) {
          send(bytesOf('ERROR', JSON.stringify(statusOf(start.error))))
          return finish()
        }
        for (const object of start.initial) if (matches(object)) send(encode('ADDED', object))
        if (start.markEnd) send(bookmark(core, request, { 'k8s.io/initial-events-end': 'true' }))
        for (const event of start.missed) deliver(event)
        if (!open.has(watch)) return
        stops.push(core.store.subscribe((bucket, event) => bucket === resource.bucket && deliver(event)))
        stops.push(core.clock.after(timeout, finish))
        if (flagOf(query, 'allowWatchBookmarks'))
          stops.push(repeat(core, () => send(bookmark(core, request))))
        http.signal.addEventListener('abort', finish, { once: true })
        stops.push(() => http.signal.removeEventListener('abort', finish))
      },
      cancel() {
        open.delete(watch)
        for (const stop of stops) stop()
      },
    },
    { highWaterMark: 0, size: (chunk) => chunk?.byteLength ?? 0 },
  )
  return new Response(body, { headers: { 'content-type': 'application/json' } })
}

function repeat(core: Core, task: () => void): () => void {
  let stop = (): void => undefined
  const next = (): void => {
    stop = core.clock.after(bookmarkEvery, () => {
      next()
      task()
    })
  }
  next()
  return () => stop()
}

/** What a change means to a watcher that sees only some objects. */
function selected(
  { type, object, before, revision }: StoreEvent,
  matches: Matcher,
  namespace: string | undefined,
): { type: EventType; object: KubeObject } | undefined {
  if (namespace !== undefined && object.metadata.namespace !== namespace) return undefined
  const now = type !== 'DELETED' && matches(object)
  const earlier = before !== undefined && matches(before)
  if (now) return { type: earlier ? 'MODIFIED' : 'ADDED', object }
  if (!earlier) return undefined
  if (type === 'DELETED') return { type, object }
  const metadata = { ...before.metadata, resourceVersion: String(revision) }
  return { type: 'DELETED', object: { ...before, metadata } }
}

type Encode = (type: EventType, object: KubeObject, event?: StoreEvent) => Uint8Array
type Encoder = (request: ApiRequest) => Encode

/** Encodes an event once for all watchers that want it in the same form. */
function createEncoder(core: Core): Encoder {
  const done = new WeakMap<StoreEvent, Map<string, Uint8Array>>()
  return (request) => {
    const { resource, accept } = request
    if (accept.as === 'table') return tableEncoder(core, request)
    const form = `${accept.as} ${resource.apiVersion} `
    const jsonOf = (object: KubeObject): string => {
      if (accept.as === 'partial') return JSON.stringify(partialOf(object))
      if (resource.conversion || !Object.isFrozen(object)) return JSON.stringify(readAs(resource, object))
      return core.jsonOf(object)
    }
    return (type, object, event) => {
      if (!event) return bytesOf(type, jsonOf(object))
      let forms = done.get(event)
      if (!forms) done.set(event, (forms = new Map()))
      let bytes = forms.get(form + type)
      if (!bytes) forms.set(form + type, (bytes = bytesOf(type, jsonOf(object))))
      return bytes
    }
  }
}

/** Only the first event carries the columns, as the real server does it. */
function tableEncoder(core: Core, request: ApiRequest): Encode {
  let first = true
  return (type, object) => {
    const table = tableOf(core, request, [object], { resourceVersion: object.metadata.resourceVersion ?? '' })
    const shown = first ? table : { ...table, columnDefinitions: null }
    first = false
    return bytesOf(type, JSON.stringify(shown))
  }
}

function bytesOf(type: EventType | 'ERROR', json: string): Uint8Array {
  return Buffer.from(`{"type":"${type}","object":${json}}\n`)
}

function bookmark(
  core: Core,
  { resource, accept }: ApiRequest,
  annotations?: Record<string, string>,
): Uint8Array {
  const metadata = {
    resourceVersion: String(core.store.revision),
    creationTimestamp: null,
    ...(annotations ? { annotations } : {}),
  }
  const empty = { kind: resource.kind, apiVersion: resource.apiVersion, metadata }
  if (accept.as === 'object') return bytesOf('BOOKMARK', JSON.stringify(empty))
  const partial = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }
  if (accept.as === 'partial') return bytesOf('BOOKMARK', JSON.stringify(partial))
  const table = {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: null,
    rows: [{ cells: [], object: partial }],
  }
  return bytesOf('BOOKMARK', JSON.stringify(table))
}
