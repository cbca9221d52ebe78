import type { KubeObject } from '#api'
import {
  type Bucket,
  createBucket,
  enter,
  eventsAfter,
  freeze,
  keyOf,
  listAt,
  listOf,
  type StoreEvent,
  stamped,
} from './bucket.ts'

export type { StoreEvent } from './bucket.ts'

/** Called after every change, in order. `bucket` is `<group>/<plural>`. */
export type StoreListener = (bucket: string, event: StoreEvent) => void

/** All objects of a cluster under one global revision; every object in it is frozen. */
export interface ObjectStore {
  /** The revision of the latest change. */
  readonly revision: number
  get(bucket: string, namespace: string, name: string): KubeObject | undefined
  /** Sorted by namespace and name. */
  list(bucket: string, namespace?: string): readonly KubeObject[]
  /** Stores the object under the next revision, which becomes its resourceVersion. */
  put(bucket: string, object: KubeObject): KubeObject
  /** Returns the last state (`last`, or what was stored) under the revision of the removal; undefined when there was none. */
  remove(
    bucket: string,
    place: { namespace?: string; name: string },
    last?: KubeObject,
  ): KubeObject | undefined
  buckets(): string[]
  /** Changes after `revision`; undefined when that is older than what is kept. */
  eventsSince(bucket: string, revision: number): readonly StoreEvent[] | undefined
  /** The objects as they were at `revision`; undefined when that is older than what is kept. */
  listAt(bucket: string, revision: number, namespace?: string): readonly KubeObject[] | undefined
  subscribe(listener: StoreListener): () => void
  close(): Promise<void>
}

/** What a store starts with, and where its changes go. */
export interface StoreOptions {
  revision?: number
  objects?: Iterable<readonly [bucket: string, object: KubeObject]>
  /** Called before a change becomes visible; throwing keeps it from happening. `object` is absent for a removal. */
  record?: (change: { revision: number; bucket: string; key: string; object?: KubeObject }) => void
  /** Events kept per bucket. */
  window?: number
}

/** A store in memory. */
export function createMemoryStore(options: StoreOptions = {}): ObjectStore {
  const { record, window = 4096, revision: start = 0 } = options
  const buckets = fill(options.objects ?? [], start)
  const notices = createNotices()
  let revision = start

  const bucketOf = (name: string): Bucket => {
    let bucket = buckets.get(name)
    if (!bucket) buckets.set(name, (bucket = createBucket(start)))
    return bucket
  }
  const commit = (name: string, event: StoreEvent): void => {
    const { type, object } = event
    record?.({
      revision: event.revision,
      bucket: name,
      key: keyOf(object),
      ...(type === 'DELETED' ? {} : { object }),
    })
    revision = event.revision
    enter(bucketOf(name), event, window)
    notices.tell(name, event)
  }

  return {
    get revision() {
      return revision
    },
    get: (name, namespace, object) => buckets.get(name)?.objects.get(`${namespace}/${object}`),
    list: (name, namespace) => listOf(buckets.get(name), namespace),
    put(name, object) {
      const before = bucketOf(name).objects.get(keyOf(object))
      const next = stamped(object, revision + 1)
      commit(name, {
        type: before ? 'MODIFIED' : 'ADDED',
        revision: revision + 1,
        object: next,
        ...(before ? { before } : {}),
      })
      return next
    },
    remove(name, { namespace = '', name: objectName }, last) {
      const before = bucketOf(name).objects.get(`${namespace}/${objectName}`)
      if (!before) return undefined
      const object = stamped(last ?? before, revision + 1)
      commit(name, { type: 'DELETED', revision: revision + 1, object, before })
      return object
    },
    buckets: () => [...buckets.keys()],
    eventsSince(name, since) {
      const bucket = bucketOf(name)
      return since < bucket.floor ? undefined : eventsAfter(bucket, since)
    },
    listAt: (name, at, namespace) => {
      const bucket = bucketOf(name)
      return at < bucket.floor ? undefined : listAt(bucket, at, namespace)
    },
    subscribe: notices.subscribe,
    close: async () => notices.end(),
  }
}

function fill(objects: Iterable<readonly [string, KubeObject]>, revision: number): Map<string, Bucket> {
  const buckets = new Map<string, Bucket>()
  for (const [name, object] of objects) {
    const bucket = buckets.get(name) ?? createBucket(revision)
    buckets.set(name, bucket)
    bucket.objects.set(keyOf(object), freeze(object))
  }
  for (const bucket of buckets.values()) bucket.keys = [...bucket.objects.keys()].sort()
  return buckets
}

/** Tells every listener of every change in order, also of those that listeners make. */
function createNotices(): {
  tell: StoreListener
  subscribe(listener: StoreListener): () => void
  end(): void
} {
  const listeners = new Set<StoreListener>()
  const pending: Parameters<StoreListener>[] = []
  return {
    tell(...notice) {
      pending.push(notice)
      if (pending.length > 1) return
      for (let next = pending[0]; next; next = pending[0]) {
        for (const listener of listeners) listener(...next)
        pending.shift()
      }
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    end: () => listeners.clear(),
  }
}
