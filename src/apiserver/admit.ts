import type { KubeObject } from '#api'
import { equal, isObject } from '#base'
import { allocateAddresses } from './addresses.ts'
import type { Core } from './core.ts'
import { objectAt, objectsAt, textAt } from './paths.ts'
import { type Resource, targetOf } from './resource.ts'
import { forbidden, notFound } from './status-error.ts'

/** What the server itself checks and fills in between defaulting and validation; throws 403 and 404. */
export function admit(core: Core, resource: Resource, object: KubeObject, old?: KubeObject): void {
  if (!old && resource.namespaced) checkNamespace(core, resource, object)
  if (!old) initialStatus(resource, object)
  if (resource.bucket === '/services') allocateAddresses(core, object, old)
  if (resource.bucket === '/pods' && !old) completePod(object)
  if (resource.bucket === '/persistentvolumeclaims' && !old) chooseStorageClass(core, object)
}

/** What a namespace and a Service are born with. */
function initialStatus(resource: Resource, object: KubeObject): void {
  if (resource.bucket === '/namespaces') object['status'] = { phase: 'Active' }
  if (resource.bucket === '/services') object['status'] = { loadBalancer: {} }
  if (resource.bucket === '/persistentvolumes') object['status'] = { phase: 'Available' }
}

function checkNamespace(core: Core, resource: Resource, { metadata }: KubeObject): void {
  const { namespace = '', name } = metadata
  const found = core.store.get('/namespaces', '', namespace)
  if (!found) throw notFound({ group: '', resource: 'namespaces' }, namespace)
  if (!found.metadata.deletionTimestamp) return
  throw forbidden(
    targetOf(resource),
    name,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
    [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  )
}

function completePod(pod: KubeObject): void {
  const spec = objectAt(pod, 'spec')
  const account = textAt(spec, 'serviceAccountName') || 'default'
  pod['spec'] = {
    enableServiceLinks: true,
    preemptionPolicy: 'PreemptLowerPriority',
    priority: 0,
    ...spec,
    serviceAccount: account,
    serviceAccountName: account,
  }
  pod['status'] = { phase: 'Pending', qosClass: qosClassOf(spec) }
}

/** Guaranteed when every container's limits are its requests, BestEffort when there are none of both. */
function qosClassOf(spec: Record<string, unknown>): string {
  const needs = objectsAt(spec, 'containers').map((container) => objectAt(container, 'resources'))
  const sizes = needs.map(({ limits, requests }) => ({
    limits: limits ?? {},
    requests: requests ?? limits ?? {},
  }))
  if (sizes.every(({ limits, requests }) => isEmpty(limits) && isEmpty(requests))) return 'BestEffort'
  const exact = sizes.every(
    ({ limits, requests }) =>
      isObject(limits) && limits['cpu'] && limits['memory'] && equal(limits, requests),
  )
  return exact ? 'Guaranteed' : 'Burstable'
}

function isEmpty(value: unknown): boolean {
  return !isObject(value) || Object.keys(value).length === 0
}

function chooseStorageClass(core: Core, claim: KubeObject): void {
  claim['status'] = { phase: 'Pending' }
  const spec = objectAt(claim, 'spec')
  if (spec['storageClassName'] !== undefined) return
  const chosen = core.store
    .list('storage.k8s.io/storageclasses')
    .find(({ metadata }) => metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true')
  if (chosen) claim['spec'] = { ...spec, storageClassName: chosen.metadata.name }
}
