import { randomUUID } from 'node:crypto'
import type { KubeObject, ObjectMeta } from '#api'
import { equal } from '#base'
import type { Resource } from './resource.ts'
import { badRequest } from './status-error.ts'

const alphabet = 'bcdfghjklmnpqrstvwxz2456789'

/** Five characters as Kubernetes appends them to generated names. */
export function randomSuffix(): string {
  // The first eight and the last twelve digits of a UUID are random; Node draws them in advance, other than randomBytes.
  const digits = randomUUID()
  return [0, 2, 4, 6, 24]
    .map((at) => alphabet[Number.parseInt(digits.slice(at, at + 2), 16) % alphabet.length])
    .join('')
}

/** The metadata of an object that is being created; throws 400 when it has no name. */
export function createdMetadata(resource: Resource, metadata: ObjectMeta, now: string): ObjectMeta {
  const {
    deletionTimestamp: _deletion,
    deletionGracePeriodSeconds: _grace,
    generation: _generation,
    resourceVersion,
    ...kept
  } = metadata
  if (resourceVersion && resourceVersion !== '0')
    throw badRequest('resourceVersion should not be set on objects to be created')
  delete (kept as Record<string, unknown>)['selfLink']
  return {
    ...withoutEmpty(kept),
    // A name that is missing is told by validation.
    name: kept.name || (kept.generateName ? `${kept.generateName.slice(0, 58)}${randomSuffix()}` : ''),
    uid: randomUUID(),
    creationTimestamp: now,
    ...(hasGeneration(resource) ? { generation: 1 } : {}),
  }
}

/** The metadata of an object that is being updated: what the server sets stays as it is. */
export function updatedMetadata(live: ObjectMeta, next: ObjectMeta): ObjectMeta {
  const metadata: Record<string, unknown> = { ...withoutEmpty(next) }
  for (const field of [
    'name',
    'namespace',
    'uid',
    'generation',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'resourceVersion',
    'generateName',
    'selfLink',
  ]) {
    const value = live[field as keyof ObjectMeta]
    if (value === undefined) delete metadata[field]
    else metadata[field] = value
  }
  return metadata as unknown as ObjectMeta
}

/** Go does not write empty maps and lists of metadata. */
function withoutEmpty(metadata: ObjectMeta): ObjectMeta {
  const { labels, annotations, finalizers, ownerReferences, ...rest } = metadata
  return {
    ...rest,
    ...(labels && Object.keys(labels).length > 0 ? { labels } : {}),
    ...(annotations && Object.keys(annotations).length > 0 ? { annotations } : {}),
    ...(finalizers && finalizers.length > 0 ? { finalizers } : {}),
    ...(ownerReferences && ownerReferences.length > 0 ? { ownerReferences } : {}),
  }
}

// Built-in kinds without a status whose specification is counted all the same.
const counted = new Set([
  'admissionregistration.k8s.io/mutatingwebhookconfigurations',
  'admissionregistration.k8s.io/validatingwebhookconfigurations',
  'networking.k8s.io/networkpolicies',
  'networking.k8s.io/ingressclasses',
  'discovery.k8s.io/endpointslices',
  'scheduling.k8s.io/priorityclasses',
])
// Built-in kinds with a status that never got a generation.
const uncounted = new Set([
  '/namespaces',
  '/nodes',
  '/persistentvolumes',
  '/persistentvolumeclaims',
  '/services',
  '/resourcequotas',
  'apiregistration.k8s.io/apiservices',
])

/** Whether objects of this kind have metadata.generation. */
export function hasGeneration({ bucket, builtin, hasStatus }: Resource): boolean {
  if (!builtin) return true
  return counted.has(bucket) || (hasStatus && !uncounted.has(bucket))
}

/** Whether an update changes what a controller acts on: all but metadata and, where it is separate, status. */
export function specChanged(resource: Resource, live: KubeObject, next: KubeObject): boolean {
  const ignored = new Set(['apiVersion', 'kind', 'metadata'])
  if (resource.hasStatus) ignored.add('status')
  return [...new Set([...Object.keys(live), ...Object.keys(next)])].some(
    (field) => !ignored.has(field) && !equal(live[field], next[field]),
  )
}
