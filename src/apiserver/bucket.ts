import type { KubeObject } from '#api'

/** One change of one object. */
export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly revision: number
  /** As stored; for DELETED the last state under the revision of its removal. */
  readonly object: KubeObject
  readonly before?: KubeObject
}

/** The objects of one kind, and what happened to them lately. */
export interface Bucket {
  objects: Map<string, KubeObject>
  /** Sorted keys of `objects`. */
  keys: string[]
  events: StoreEvent[]
  /** Revisions up to this one have left `events`. */
  floor: number
}

/** An empty bucket of a store that is at `floor`. */
export function createBucket(floor: number): Bucket {
  return { objects: new Map(), keys: [], events: [], floor }
}

/** Enters a change; `window` is how many of them are kept. */
export function enter(bucket: Bucket, event: StoreEvent, window: number): void {
  const key = keyOf(event.object)
  if (event.type === 'DELETED') {
    bucket.objects.delete(key)
    bucket.keys.splice(positionOf(bucket.keys, key), 1)
  } else {
    bucket.objects.set(key, event.object)
    if (event.type === 'ADDED') bucket.keys.splice(positionOf(bucket.keys, key), 0, key)
  }
  bucket.events.push(event)
  // Trimmed by halves, so that a push stays cheap.
  if (bucket.events.length <= 2 * window) return
  bucket.floor = bucket.events[bucket.events.length - window - 1]?.revision ?? bucket.floor
  bucket.events = bucket.events.slice(-window)
}

/** The changes after a revision. */
export function eventsAfter({ events }: Bucket, revision: number): StoreEvent[] {
  return events.slice(firstAfter(events, revision))
}

/** `<namespace>/<name>`. */
export function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`
}

/** The object under a revision, frozen. */
export function stamped(object: KubeObject, revision: number): KubeObject {
  return freeze({ ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } })
}

/** Freezes to the bottom, stopping at what is frozen already: updates share most of their state. */
export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const part of Object.values(value)) freeze(part)
  return value
}

/** Its objects, of one namespace or of all, in order. */
export function listOf(bucket: Bucket | undefined, namespace: string | undefined): KubeObject[] {
  if (!bucket) return []
  const { keys, objects } = bucket
  // '0' is the character after '/', so this is the end of the namespace's keys.
  const [from, to] =
    namespace === undefined
      ? [0, keys.length]
      : [positionOf(keys, `${namespace}/`), positionOf(keys, `${namespace}0`)]
  const found: KubeObject[] = []
  for (let i = from; i < to; i++) {
    const object = objects.get(keys[i] ?? '')
    if (object) found.push(object)
  }
  return found
}

/** Its objects as they were at a revision that is still kept. */
export function listAt(bucket: Bucket, revision: number, namespace: string | undefined): KubeObject[] {
  const later = eventsAfter(bucket, revision)
  if (later.length === 0) return listOf(bucket, namespace)
  const objects = new Map(bucket.objects)
  for (const { object, before } of later.reverse()) {
    if (before) objects.set(keyOf(object), before)
    else objects.delete(keyOf(object))
  }
  return listOf({ ...bucket, objects, keys: [...objects.keys()].sort() }, namespace)
}

function positionOf(keys: readonly string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((keys[middle] ?? '') < key) low = middle + 1
    else high = middle
  }
  return low
}

function firstAfter(events: readonly StoreEvent[], revision: number): number {
  let low = 0
  let high = events.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((events[middle]?.revision ?? 0) <= revision) low = middle + 1
    else high = middle
  }
  return low
}
