import { createHash, randomBytes } from 'node:crypto'
import type { KubeObject } from '#api'
import {
  type Clock,
  type Fetch,
  formatTime,
  isCode,
  type Log,
  messageOf,
  retry,
  SluiceError,
  silentLog,
  systemClock,
} from '#base'
import type { Cluster } from '#kube'

/** Something worth telling about an object. */
export interface EventFact {
  type: 'Normal' | 'Warning'
  reason: string
  message: string
  /** Also sent as metadata to the notification address. */
  annotations?: Readonly<Record<string, string>>
  /** Written to the cluster but not sent out. */
  trace?: boolean
}

export interface EventRecorder {
  /** Never throws and never waits: events are told beside the work. */
  record(object: KubeObject, event: EventFact): void
  /** Resolves when everything recorded so far was written or given up. */
  flush(): Promise<void>
}

export interface EventRecorderOptions {
  cluster: Cluster
  /** Reporting controller, e.g. `kustomize-controller`. */
  controller: string
  instance: string
  /** Where to POST events, e.g. a notification controller. */
  address?: string
  fetch?: Fetch
  clock?: Clock
  log?: Log
}

// As client-go: an equal event within ten minutes raises a count instead of making another object.
const foldWithin = 600_000
const remembered = 4096

/** Opens a recorder that writes core/v1 Events and, when an address is given, posts them as Flux's controllers do. */
export function openEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { log = silentLog, clock = systemClock } = options
  const seen = new Map<string, { name: string; count: number; at: number }>()
  let last: Promise<unknown> = Promise.resolve()
  const enqueue = (task: () => Promise<unknown>, what: string): void => {
    last = last.then(task).catch((error: unknown) => log.error(what, { error: messageOf(error) }))
  }
  return {
    record(object, event) {
      const key = createHash('sha256')
        .update(JSON.stringify([object.metadata.uid, event.type, event.reason, event.message]))
        .digest('base64')
      const now = clock.now()
      const known = seen.get(key)
      const entry =
        known && now - known.at < foldWithin
          ? { ...known, count: known.count + 1, at: now }
          : { name: eventName(object), count: 1, at: now }
      seen.delete(key)
      seen.set(key, entry)
      if (seen.size > remembered) seen.delete(seen.keys().next().value ?? '')
      enqueue(() => write(options, object, event, entry), 'event not written')
      if (options.address !== undefined && !event.trace)
        post(options, object, event).catch((error: unknown) =>
          log.error('event not sent', { error: messageOf(error) }),
        )
    },
    async flush() {
      await last
    },
  }
}

async function write(
  options: EventRecorderOptions,
  object: KubeObject,
  event: EventFact,
  entry: { name: string; count: number; at: number },
): Promise<void> {
  const { cluster, controller, instance } = options
  const namespace = object.metadata.namespace ?? 'default'
  const ref = { apiVersion: 'v1', kind: 'Event', name: entry.name, namespace }
  const time = formatTime(entry.at)
  if (entry.count > 1) {
    try {
      await cluster.patch(ref, 'merge', { count: entry.count, lastTimestamp: time }, { manager: controller })
      return
    } catch (error) {
      if (!isCode(error, 'KUBE_NOT_FOUND')) throw error
    }
  }
  const annotations =
    event.annotations && Object.keys(event.annotations).length > 0
      ? { annotations: { ...event.annotations } }
      : {}
  await cluster.create(
    {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: entry.name, namespace, ...annotations },
      involvedObject: involved(object),
      type: event.type,
      reason: event.reason,
      message: event.message.slice(0, 1024 * 32),
      source: { component: controller },
      reportingComponent: controller,
      reportingInstance: instance,
      firstTimestamp: time,
      lastTimestamp: time,
      count: entry.count,
    },
    { manager: controller },
  )
}

async function post(options: EventRecorderOptions, object: KubeObject, event: EventFact): Promise<void> {
  const { fetch, address, clock = systemClock, controller, instance } = options
  if (!fetch || address === undefined) return
  const body = JSON.stringify({
    involvedObject: involved(object),
    severity: event.type === 'Normal' ? 'info' : 'error',
    timestamp: formatTime(clock.now()),
    message: event.message,
    reason: event.reason,
    ...(event.annotations ? { metadata: event.annotations } : {}),
    reportingController: controller,
    reportingInstance: instance,
  })
  await retry(
    async () => {
      const response = await fetch({
        method: 'POST',
        url: address,
        headers: { 'content-type': 'application/json' },
        body,
      })
      await response.cancel()
      // 429 says that this event was told already.
      if (response.status < 400 || response.status === 429) return
      throw new SluiceError(
        'NOTIFICATION_REFUSED',
        `Cannot send event: the notification address answered ${response.status}`,
        { retryable: response.status >= 500 },
      )
    },
    { clock, attempts: 5, base: 1000 },
  )
}

function involved({ apiVersion, kind, metadata }: KubeObject): Record<string, unknown> {
  const { namespace, name, uid, resourceVersion } = metadata
  return { apiVersion, kind, namespace, name, uid, resourceVersion }
}

function eventName(object: KubeObject): string {
  return `${object.metadata.name.slice(0, 230)}.${randomBytes(8).toString('hex')}`
}
