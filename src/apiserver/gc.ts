import type { KubeObject, OwnerReference } from '#api'
import { clone } from '#base'
import type { Core } from './core.ts'
import { deleteObject, foregroundFinalizer, orphanFinalizer } from './delete.ts'
import { settle } from './write.ts'

interface Place {
  bucket: string
  namespace: string
  name: string
}

interface Index {
  /** Where each object is, by uid. */
  places: Map<string, Place>
  /** Owner's uid → uids of what names it as owner. */
  dependents: Map<string, Set<string>>
}

/**
 * Starts the garbage collector: deletes objects whose owners are all gone, holds an owner that is deleted in the
 * foreground until its dependents went, and frees the dependents of one that is orphaned. The result stops it.
 */
export function startGarbageCollector(core: Core, later: (task: () => void) => void): () => void {
  const index: Index = { places: new Map(), dependents: new Map() }
  const check = (uid: string): void => later(() => examine(core, index, uid))
  for (const bucket of core.store.buckets()) {
    for (const object of core.store.list(bucket)) {
      add(index, bucket, object)
      if (needsWork(object)) check(object.metadata.uid ?? '')
    }
  }
  return core.store.subscribe((bucket, { type, object, before }) => {
    const { uid = '' } = object.metadata
    if (before) drop(index, before)
    if (type !== 'DELETED') {
      add(index, bucket, object)
      if (needsWork(object)) check(uid)
      return
    }
    for (const dependent of index.dependents.get(uid) ?? []) check(dependent)
    for (const owner of ownersOf(object)) if (index.places.has(owner.uid)) check(owner.uid)
  })
}

function needsWork({ metadata }: KubeObject): boolean {
  const finalizers = metadata.finalizers ?? []
  return (
    (metadata.ownerReferences ?? []).length > 0 ||
    (metadata.deletionTimestamp !== undefined &&
      (finalizers.includes(foregroundFinalizer) || finalizers.includes(orphanFinalizer)))
  )
}

function ownersOf({ metadata }: KubeObject): OwnerReference[] {
  return metadata.ownerReferences ?? []
}

function add({ places, dependents }: Index, bucket: string, object: KubeObject): void {
  const { uid = '', namespace = '', name } = object.metadata
  places.set(uid, { bucket, namespace, name })
  for (const owner of ownersOf(object)) {
    const known = dependents.get(owner.uid) ?? new Set()
    dependents.set(owner.uid, known.add(uid))
  }
}

function drop({ places, dependents }: Index, object: KubeObject): void {
  const { uid = '' } = object.metadata
  places.delete(uid)
  for (const owner of ownersOf(object)) {
    const known = dependents.get(owner.uid)
    known?.delete(uid)
    if (known?.size === 0) dependents.delete(owner.uid)
  }
}

function find(core: Core, { places }: Index, uid: string): { place: Place; object: KubeObject } | undefined {
  const place = places.get(uid)
  const object = place && core.store.get(place.bucket, place.namespace, place.name)
  return place && object?.metadata.uid === uid ? { place, object } : undefined
}

function examine(core: Core, index: Index, uid: string): void {
  const found = find(core, index, uid)
  const resource = found && core.resources.ofBucket(found.place.bucket)
  if (!found || !resource) return
  const { object } = found
  const { deletionTimestamp, finalizers = [] } = object.metadata
  if (deletionTimestamp) {
    const dependents = dependentsOf(core, index, uid)
    if (finalizers.includes(orphanFinalizer)) {
      for (const dependent of dependents) disown(core, dependent, (owner) => owner.uid !== uid)
      release(core, index, uid, orphanFinalizer)
    } else if (finalizers.includes(foregroundFinalizer)) {
      deleteDependents(core, dependents)
      const blocking = dependentsOf(core, index, uid).some((dependent) =>
        ownersOf(dependent.object).some((owner) => owner.uid === uid && owner.blockOwnerDeletion),
      )
      if (!blocking) release(core, index, uid, foregroundFinalizer)
    }
    return
  }
  const owners = ownersOf(object)
  const alive = owners.filter((owner) => find(core, index, owner.uid) !== undefined)
  if (owners.length === 0 || alive.length === owners.length) return
  if (alive.length === 0) deleteObject(core, resource, object, { propagation: 'Background' })
  else disown(core, found, ({ uid: one }) => alive.some((owner) => owner.uid === one))
}

interface Found {
  place: Place
  object: KubeObject
}

function dependentsOf(core: Core, index: Index, uid: string): Found[] {
  return [...(index.dependents.get(uid) ?? [])].flatMap((dependent) => find(core, index, dependent) ?? [])
}

function deleteDependents(core: Core, dependents: Found[]): void {
  for (const { place, object } of dependents) {
    const resource = core.resources.ofBucket(place.bucket)
    if (resource && !object.metadata.deletionTimestamp)
      deleteObject(core, resource, object, { propagation: 'Foreground' })
  }
}

function disown(core: Core, { place, object }: Found, keep: (owner: OwnerReference) => boolean): void {
  const next = clone(object)
  const left = ownersOf(next).filter(keep)
  if (left.length > 0) next.metadata.ownerReferences = left
  else delete next.metadata.ownerReferences
  core.store.put(place.bucket, next)
}

function release(core: Core, index: Index, uid: string, finalizer: string): void {
  const found = find(core, index, uid)
  const resource = found && core.resources.ofBucket(found.place.bucket)
  if (!found || !resource) return
  const next = clone(found.object)
  next.metadata.finalizers = (next.metadata.finalizers ?? []).filter((one) => one !== finalizer)
  if (next.metadata.finalizers.length === 0) delete next.metadata.finalizers
  settle(core, resource, next)
}
