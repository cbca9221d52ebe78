import type { KubeObject, Status } from '#api'
import { clone, formatTime, isObject } from '#base'
import type { Core } from './core.ts'
import { crdBucket, terminatingStatus } from './crd.ts'
import { hasGeneration } from './metadata.ts'
import { textAt } from './paths.ts'
import { kindTargetOf, type Resource, readAs, targetOf } from './resource.ts'
import { success } from './respond.ts'
import { badRequest, conflict, forbidden, invalid } from './status-error.ts'
import { isHeld } from './write.ts'

export type Propagation = 'Background' | 'Foreground' | 'Orphan'

/** metav1.DeleteOptions, as far as they are honoured. */
export interface DeleteOptions {
  propagation?: Propagation
  dryRun?: boolean
  uid?: string
  resourceVersion?: string
}

/** Finalizers of the garbage collector. */
export const foregroundFinalizer = 'foregroundDeletion'
export const orphanFinalizer = 'orphan'
/** The finalizer that keeps a CRD until its objects are gone. */
export const crdFinalizer = 'customresourcecleanup.apiextensions.k8s.io'

/** Reads DeleteOptions from the body and, where that is silent, from the query; throws 400 and 422. */
export function deleteOptionsOf(query: URLSearchParams, body: unknown): DeleteOptions {
  const options = isObject(body) ? body : {}
  const policy = textAt(options, 'propagationPolicy') || (query.get('propagationPolicy') ?? '')
  const orphan = textAt(options, 'orphanDependents') || (query.get('orphanDependents') ?? '')
  if (policy && !['Background', 'Foreground', 'Orphan'].includes(policy)) {
    throw invalid({ group: 'meta.k8s.io', resource: 'DeleteOptions' }, '', [
      {
        field: 'propagationPolicy',
        reason: 'FieldValueNotSupported',
        message: `Unsupported value: "${policy}": supported values: "Background", "Foreground", "Orphan"`,
      },
    ])
  }
  const chosen = policy || (orphan ? (orphan === 'true' ? 'Orphan' : 'Background') : '')
  const dryRun = Array.isArray(options['dryRun']) ? options['dryRun'] : query.getAll('dryRun')
  if (dryRun.some((one) => one !== 'All')) throw badRequest('Invalid value: dryRun: Unsupported value')
  const uid = textAt(options, 'preconditions.uid')
  const resourceVersion = textAt(options, 'preconditions.resourceVersion')
  return {
    ...(chosen ? { propagation: chosen as Propagation } : {}),
    ...(dryRun.length > 0 ? { dryRun: true } : {}),
    ...(uid ? { uid } : {}),
    ...(resourceVersion ? { resourceVersion } : {}),
  }
}

// Kinds whose deletion answers with the object instead of a Status.
const answeredWithObject = new Set([
  '/pods',
  '/services',
  '/persistentvolumeclaims',
  '/persistentvolumes',
  '/serviceaccounts',
  '/podtemplates',
  '/resourcequotas',
])

/** Deletes a stored object, or marks it when finalizers hold it; returns what the API answers. Throws 403 and 409. */
export function deleteObject(
  core: Core,
  resource: Resource,
  stored: KubeObject,
  options: DeleteOptions = {},
): KubeObject | Status {
  checkPreconditions(resource, stored, options)
  const { metadata } = stored
  if (resource.bucket === '/namespaces' && ['default', 'kube-system', 'kube-public'].includes(metadata.name))
    throw forbidden(targetOf(resource), metadata.name, 'this namespace may not be deleted')
  const marked = mark(core, resource, stored, propagationOf(resource, options))
  if (isHeld(marked)) {
    const unchanged = stored.metadata.deletionTimestamp && sameFinalizers(stored, marked)
    if (options.dryRun || unchanged) return readAs(resource, unchanged ? stored : marked)
    return readAs(resource, core.store.put(resource.bucket, marked))
  }
  const gone = options.dryRun ? stored : core.store.remove(resource.bucket, metadata)
  if (answeredWithObject.has(resource.bucket)) return readAs(resource, gone ?? stored)
  return success({
    name: metadata.name,
    ...(resource.group ? { group: resource.group } : {}),
    kind: resource.plural,
    ...(metadata.uid ? { uid: metadata.uid } : {}),
  })
}

function propagationOf({ bucket }: Resource, { propagation }: DeleteOptions): Propagation {
  // Jobs and ReplicationControllers are older than the garbage collector and keep their dependents unless told.
  const orphans = bucket === 'batch/jobs' || bucket === '/replicationcontrollers'
  return propagation ?? (orphans ? 'Orphan' : 'Background')
}

function checkPreconditions(resource: Resource, { metadata }: KubeObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = options
  const target = { ...kindTargetOf(resource) }
  if (uid && uid !== metadata.uid) {
    throw conflict(
      target,
      metadata.name,
      `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    )
  }
  if (resourceVersion && resourceVersion !== metadata.resourceVersion) {
    throw conflict(
      target,
      metadata.name,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    )
  }
}

/** The object in its stored form as deletion leaves it: marked, with the finalizers that the propagation asks for. */
function mark(core: Core, resource: Resource, stored: KubeObject, propagation: Propagation): KubeObject {
  const object = clone(stored)
  const { metadata } = object
  const now = formatTime(core.clock.now())
  const finalizers = (metadata.finalizers ?? []).filter(
    (one) => one !== foregroundFinalizer && one !== orphanFinalizer,
  )
  if (propagation === 'Foreground') finalizers.push(foregroundFinalizer)
  if (propagation === 'Orphan') finalizers.push(orphanFinalizer)
  if (resource.bucket === crdBucket && !finalizers.includes(crdFinalizer)) finalizers.push(crdFinalizer)
  if (finalizers.length > 0) metadata.finalizers = finalizers
  else delete metadata.finalizers
  if (metadata.deletionTimestamp) return object
  metadata.deletionTimestamp = now
  metadata.deletionGracePeriodSeconds = 0
  if (hasGeneration(resource)) metadata.generation = (metadata.generation ?? 0) + 1
  if (resource.bucket === '/namespaces') object['status'] = { phase: 'Terminating' }
  if (resource.bucket === crdBucket) object['status'] = terminatingStatus(object, now)
  return object
}

function sameFinalizers(a: KubeObject, b: KubeObject): boolean {
  return (a.metadata.finalizers ?? []).join() === (b.metadata.finalizers ?? []).join()
}
