import { createHash } from 'node:crypto'
import type { KubeObject } from '#api'
import { type Clock, canonicalJson, isCode, type Log } from '#base'
import type { Cluster, ObjectRef } from './cluster.ts'
import { findResource } from './find.ts'
import { type Follower, followKind } from './follow.ts'

/** An object as it is now in the cluster, and a fingerprint of all that a person could have changed in it. */
export interface LiveObject {
  readonly object: KubeObject
  readonly fingerprint: string
}

/**
 * What the cluster holds of the objects that sluice manages, kept up to date by one watch per kind. It makes an unchanged
 * apply free and a health wait a subscription.
 */
export interface LiveView {
  /** Resolves once the objects of this kind are known; false when it is not served or we may not list it. */
  know(apiVersion: string, kind: string): Promise<boolean>
  get(ref: ObjectRef): LiveObject | undefined
  /** Calls `changed` after every change of the object; the result ends that. */
  observe(ref: ObjectRef, changed: () => void): () => void
  /** Takes the answer to a write of our own, before the watch brings it. */
  note(object: KubeObject): LiveObject
}

export interface LiveViewOptions {
  /** Which objects are managed. */
  labelSelector: string
  signal: AbortSignal
  clock?: Clock
  log?: Log
}

/** Opens a {@link LiveView}; it ends with the signal. */
export function openLiveView(cluster: Cluster, options: LiveViewOptions): LiveView {
  const kinds = new Map<string, KindView>()
  const view = (apiVersion: string, kind: string): KindView => {
    const key = `${apiVersion} ${kind}`
    let entry = kinds.get(key)
    if (!entry) {
      entry = createKindView()
      kinds.set(key, entry)
    }
    return entry
  }
  return {
    async know(apiVersion, kind) {
      // A kind that nobody serves has no objects; waiting for its first list would be waiting for ever.
      if (!(await findResource(cluster, { apiVersion, kind }))) return false
      const entry = view(apiVersion, kind)
      entry.follower ??= followKind(
        cluster,
        { apiVersion, kind, labelSelector: options.labelSelector },
        entry,
        options,
      )
      try {
        await entry.follower.synced
        return true
      } catch (error) {
        if (isCode(error, 'KUBE_FORBIDDEN')) return false
        throw error
      }
    },
    get: (ref) => view(ref.apiVersion, ref.kind).objects.get(keyOf(ref)),
    observe: (ref, changed) => view(ref.apiVersion, ref.kind).observe(keyOf(ref), changed),
    note: (object) => view(object.apiVersion, object.kind).put(object),
  }
}

interface KindView {
  follower?: Follower
  readonly objects: Map<string, LiveObject>
  replace(objects: KubeObject[]): void
  put(object: KubeObject): LiveObject
  drop(object: KubeObject): void
  observe(key: string, changed: () => void): () => void
}

function createKindView(): KindView {
  const objects = new Map<string, LiveObject>()
  const observers = new Map<string, Set<() => void>>()
  const tell = (key: string): void => {
    for (const changed of observers.get(key) ?? []) changed()
  }
  const keep = (object: KubeObject): LiveObject => {
    const key = keyOf(refOf(object))
    const known = objects.get(key)
    // Our own write's answer and the watch arrive in any order: the newer one stays.
    if (known && isNewer(known.object, object)) return known
    const live = { object, fingerprint: fingerprintOf(object) }
    objects.set(key, live)
    return live
  }
  return {
    objects,
    put(object) {
      const live = keep(object)
      tell(keyOf(refOf(object)))
      return live
    },
    drop(object) {
      const key = keyOf(refOf(object))
      objects.delete(key)
      tell(key)
    },
    replace(all) {
      const before = new Set(objects.keys())
      objects.clear()
      for (const object of all) before.add(keyOf(refOf(keep(object).object)))
      for (const key of before) tell(key)
    },
    observe(key, changed) {
      const set = observers.get(key) ?? new Set()
      observers.set(key, set.add(changed))
      return () => {
        set.delete(changed)
        if (set.size === 0) observers.delete(key)
      }
    },
  }
}

/** A digest of an object's content without its status and without what the server alone writes. */
export function fingerprintOf(object: KubeObject): string {
  const { status: _status, metadata, ...content } = object
  const { labels, annotations, ownerReferences, finalizers, deletionTimestamp } = metadata
  const text = canonicalJson({
    ...content,
    labels,
    annotations,
    ownerReferences,
    finalizers,
    deletionTimestamp,
  })
  return createHash('sha256').update(text).digest('base64')
}

/** The reference that names an object. */
export function refOf(object: KubeObject): ObjectRef {
  const { name, namespace } = object.metadata
  return { apiVersion: object.apiVersion, kind: object.kind, name, ...(namespace ? { namespace } : {}) }
}

function keyOf({ namespace = '', name }: ObjectRef): string {
  return `${namespace}/${name}`
}

// Resource versions grow (KEP-5504 makes their order part of the API); what is no number counts as older.
function isNewer(a: KubeObject, b: KubeObject): boolean {
  return (
    a.metadata.uid === b.metadata.uid &&
    Number(a.metadata.resourceVersion) > Number(b.metadata.resourceVersion)
  )
}
