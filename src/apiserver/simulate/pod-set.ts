import { createHash } from 'node:crypto'
import type { KubeObject } from '#api'
import { canonicalJson, clone, isObject } from '#base'
import { objectAt, objectsAt, textAt } from '../paths.ts'
import { controlledBy, create, nodeName, outcomeAnnotation, outcomeOf, type World } from './world.ts'

const alphabet = 'bcdfghjklmnpqrstvwxz2456789'

/** A name for the contents of a pod template: ten letters, the same for the same template. */
export function templateHash(template: unknown): string {
  const bytes = createHash('sha256').update(canonicalJson(template)).digest()
  return [...bytes.subarray(0, 10)].map((byte) => alphabet[byte % alphabet.length]).join('')
}

/** Whether a pod is ready. */
export function isReady(pod: KubeObject): boolean {
  return objectsAt(pod, 'status.conditions').some(({ type, status }) => type === 'Ready' && status === 'True')
}

/** Whether a pod still counts: neither finished nor being deleted. */
export function isActive(pod: KubeObject): boolean {
  return !pod.metadata.deletionTimestamp && !['Succeeded', 'Failed'].includes(textAt(pod, 'status.phase'))
}

/** How a pod differs from its owner's template. */
export interface PodOptions {
  /** A name of its own; generated when absent. */
  name?: string
  labels?: Record<string, string>
  hostname?: string
  subdomain?: string
  volumes?: Record<string, unknown>[]
}

/** Creates a pod of a workload from its template, already scheduled on the one node. */
export function createPod(world: World, owner: KubeObject, options: PodOptions = {}): KubeObject {
  const template = objectAt(owner, 'spec.template')
  const metadata = objectAt(template, 'metadata')
  const outcome = outcomeOf(owner, template)
  const labels = { ...(clone(metadata['labels']) as Record<string, string> | undefined), ...options.labels }
  const annotations = {
    ...(clone(metadata['annotations']) as Record<string, string> | undefined),
    ...(outcome ? { [outcomeAnnotation]: outcome } : {}),
  }
  const { hostname, subdomain, volumes = [] } = options
  const spec = clone(objectAt(template, 'spec'))
  const names = new Set(volumes.map(({ name }) => name))
  const others = objectsAt(spec, 'volumes').filter(({ name }) => !names.has(name))
  const owners = controlledBy(owner)
  const pod: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: options.name ?? '',
      ...(options.name === undefined ? { generateName: `${owner.metadata.name}-` } : {}),
      ...(owner.metadata.namespace === undefined ? {} : { namespace: owner.metadata.namespace }),
      labels,
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
      ...(owners ? { ownerReferences: owners } : {}),
    },
    spec: {
      ...spec,
      ...(hostname ? { hostname } : {}),
      ...(subdomain ? { subdomain } : {}),
      ...(volumes.length + others.length > 0 ? { volumes: [...others, ...volumes] } : {}),
      nodeName,
    },
  }
  return create(world, pod, true)
}

/** The revision of a StatefulSet's or DaemonSet's template: stored as a ControllerRevision, named by its hash. */
export function ensureRevision(world: World, owner: KubeObject): { name: string; hash: string } {
  const hash = templateHash(owner['spec'] && objectAt(owner, 'spec.template'))
  const name = `${owner.metadata.name}-${hash}`
  const known = world.childrenOf(owner, 'apps/controllerrevisions')
  if (known.some(({ metadata }) => metadata.name === name)) return { name, hash }
  const labels = objectAt(owner, 'spec.template.metadata.labels') as Record<string, string>
  const owners = controlledBy(owner)
  const revision = 1 + Math.max(0, ...known.map((one) => (isObject(one) ? Number(one['revision'] ?? 0) : 0)))
  const object: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name,
      ...(owner.metadata.namespace === undefined ? {} : { namespace: owner.metadata.namespace }),
      labels: { ...labels, 'controller-revision-hash': hash },
      ...(owners ? { ownerReferences: owners } : {}),
    },
    data: { spec: { template: { ...clone(objectAt(owner, 'spec.template')), $patch: 'replace' } } },
    revision,
  }
  create(world, object, true)
  return { name, hash }
}
