import type { KubeObject } from '#api'
import { clone, formatTime } from '#base'
import type { Core } from './core.ts'
import { crdBucket, establishedStatus } from './crd.ts'
import { crdFinalizer, deleteObject } from './delete.ts'
import { changeObject } from './ensure.ts'
import { textAt } from './paths.ts'
import { bucketName } from './resource.ts'
import { settle } from './write.ts'

/**
 * Starts what serves CRDs: establishes them as soon as they are written, and deletes their objects with them. `ended` is
 * told the buckets that are no longer served. The result stops it.
 */
export function startCrdController(
  core: Core,
  later: (task: () => void) => void,
  ended: (bucket: string) => void,
): () => void {
  const check = (name: string): void => later(() => finish(core, name))
  for (const { metadata } of core.store.list(crdBucket)) check(metadata.name)
  return core.store.subscribe((bucket, { type, object }) => {
    if (bucket === crdBucket && type === 'DELETED') return ended(bucketOf(object))
    if (bucket === crdBucket) {
      // At once, so that whoever was told of the CRD can use it.
      if (!object.metadata.deletionTimestamp) establish(core, object)
      else check(object.metadata.name)
      return
    }
    if (type !== 'DELETED') return
    const [group, plural] = bucket.split('/')
    const owner = core.store.get(crdBucket, '', `${plural}.${group}`)
    if (owner?.metadata.deletionTimestamp) check(owner.metadata.name)
  })
}

function establish(core: Core, crd: KubeObject): void {
  const current = core.store.get(crdBucket, '', crd.metadata.name)
  if (!current || current.metadata.deletionTimestamp) return
  const status = establishedStatus(current, formatTime(core.clock.now()))
  changeObject(core, current, (copy) => ({ ...copy, status }), {
    manager: 'kube-apiserver',
    subresource: 'status',
  })
}

function bucketOf(crd: KubeObject): string {
  return bucketName(textAt(crd, 'spec.group'), textAt(crd, 'spec.names.plural'))
}

function finish(core: Core, name: string): void {
  const crd = core.store.get(crdBucket, '', name)
  if (!crd) return
  if (!crd.metadata.deletionTimestamp) return establish(core, crd)
  const bucket = bucketOf(crd)
  const resource = core.resources.ofBucket(bucket)
  for (const object of core.store.list(bucket))
    if (resource && !object.metadata.deletionTimestamp) deleteObject(core, resource, object)
  if (core.store.list(bucket).length > 0) return
  const own = core.resources.ofBucket(crdBucket)
  const current = core.store.get(crdBucket, '', name)
  if (!own || !current) return
  const next = clone(current)
  next.metadata.finalizers = (next.metadata.finalizers ?? []).filter((one) => one !== crdFinalizer)
  settle(core, own, next)
}
