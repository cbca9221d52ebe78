import type { KubeObject } from '#api'
import { clone, equal, formatTime, isObject } from '#base'
import type { Core } from '../core.ts'
import { deleteObject } from '../delete.ts'
import { changeObject, resourceFor } from '../ensure.ts'
import { randomSuffix } from '../metadata.ts'
import { createObject } from '../write.ts'

/** What the simulated controllers work with. */
export interface World {
  readonly core: Core
  /** Milliseconds until something is ready. */
  readonly delay: number
  /** The objects that name `owner` as their controller, of one bucket. */
  childrenOf(owner: KubeObject, bucket: string): KubeObject[]
  /** Calls `task` after `ms`, unless the simulation is stopped before. */
  after(ms: number, task: () => void): void
  /** Whether this is the first call for an object in the life of this server. */
  isFirst(object: KubeObject): boolean
}

/** The name of the one simulated node. */
export const nodeName = 'sluice'

const manager = 'kube-controller-manager'

/** Sets an object's status as a controller does; nothing is written when it is as wanted. */
export function setStatus(world: World, object: KubeObject, status: object, by: string = manager): void {
  if (equal(object['status'], status)) return
  const writer = { manager: by, subresource: 'status', trusted: true } as const
  changeObject(world.core, object, (stored) => ({ ...stored, status }), writer)
}

/** Creates an object as a controller does; `trusted` when it is complete, as what is made from a stored template. */
export function create(world: World, object: KubeObject, trusted: boolean = false): KubeObject {
  return createObject(world.core, resourceFor(world.core, object), clone(object), { manager, trusted })
}

/** Changes an object as a controller does. */
export function change(
  world: World,
  object: KubeObject,
  next: (stored: KubeObject) => KubeObject,
): KubeObject {
  return changeObject(world.core, object, next, { manager, trusted: true })
}

/** Deletes an object as a controller does. */
export function remove({ core }: World, object: KubeObject): void {
  if (!object.metadata.deletionTimestamp)
    deleteObject(core, resourceFor(core, object), object, { propagation: 'Background' })
}

/** The reference that makes `owner` the controller of an object. */
export function controlledBy({
  apiVersion,
  kind,
  metadata,
}: KubeObject): KubeObject['metadata']['ownerReferences'] {
  const { name, uid = '' } = metadata
  return [{ apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }]
}

/** How a test wants a workload to end: the annotation on its pod template, or on itself. */
export function outcomeOf(object: KubeObject, template?: unknown): 'fail' | 'stuck' | undefined {
  const metadata = isObject(template) && isObject(template['metadata']) ? template['metadata'] : {}
  const annotations = { ...object.metadata.annotations, ...(metadata['annotations'] as object | undefined) }
  const wanted = (annotations as Record<string, string>)[outcomeAnnotation]
  return wanted === 'fail' || wanted === 'stuck' ? wanted : undefined
}

/** `fail` makes a workload fail at once, `stuck` keeps it from ever getting ready. */
export const outcomeAnnotation = 'sluice.dev/simulate'

/** Records an Event about an object. */
export function emit(
  { core }: World,
  about: KubeObject,
  {
    reason,
    message,
    type = 'Normal',
    component,
  }: { reason: string; message: string; type?: string; component: string },
): void {
  const { name, namespace, uid = '', resourceVersion = '' } = about.metadata
  const now = formatTime(core.clock.now())
  const event: KubeObject = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${randomSuffix()}${randomSuffix()}`, namespace: namespace ?? 'default' },
    involvedObject: {
      apiVersion: about.apiVersion,
      kind: about.kind,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid,
      resourceVersion,
    },
    reason,
    message,
    type,
    source: { component },
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
    reportingComponent: component,
    reportingInstance: '',
  }
  createObject(core, resourceFor(core, event), event, { manager, trusted: true })
}
