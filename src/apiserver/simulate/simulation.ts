import type { KubeObject } from '#api'
import type { Core } from '../core.ts'
import { reconcileClaim, releaseVolume } from './claims.ts'
import { reconcileDaemonSet } from './daemon-sets.ts'
import { reconcileDeployment } from './deployments.ts'
import { reconcileJob } from './jobs.ts'
import { createNode } from './node.ts'
import { reconcilePod } from './pods.ts'
import { reconcileReplicaSet } from './replica-sets.ts'
import { reconcileService, selectsPod } from './services.ts'
import { reconcileStatefulSet } from './stateful-sets.ts'
import type { World } from './world.ts'

type Reconcile = (world: World, object: KubeObject) => void

const controllers: Readonly<Record<string, Reconcile>> = {
  '/pods': reconcilePod,
  '/persistentvolumeclaims': reconcileClaim,
  '/services': reconcileService,
  'apps/deployments': reconcileDeployment,
  'apps/replicasets': reconcileReplicaSet,
  'apps/statefulsets': reconcileStatefulSet,
  'apps/daemonsets': reconcileDaemonSet,
  'batch/jobs': reconcileJob,
}

// Where the controller of a pod, a ReplicaSet or a slice is stored, by its kind.
const ownerBuckets: Readonly<Record<string, string>> = {
  Deployment: 'apps/deployments',
  ReplicaSet: 'apps/replicasets',
  StatefulSet: 'apps/statefulsets',
  DaemonSet: 'apps/daemonsets',
  Job: 'batch/jobs',
  Service: '/services',
}

/** Starts the simulated controllers, scheduler and kubelet, after which workloads become ready by themselves. */
export function startSimulation(core: Core, later: (task: () => void) => void, delay: number): () => void {
  const children = createChildren()
  const timers = new Set<() => void>()
  const met = new Set<string>()
  const world: World = {
    core,
    isFirst: ({ metadata: { uid = '' } }) => met.size !== met.add(uid).size,
    delay,
    childrenOf: (owner, bucket) => children.of(owner, bucket),
    after(ms, task) {
      const stop = core.clock.after(ms, () => {
        timers.delete(stop)
        later(task)
      })
      timers.add(stop)
    },
  }
  const queued = new Set<string>()
  const enqueue = (bucket: string, namespace: string, name: string): void => {
    const reconcile = controllers[bucket]
    const key = `${bucket} ${namespace}/${name}`
    if (!reconcile || queued.has(key)) return
    queued.add(key)
    later(() => {
      queued.delete(key)
      const object = core.store.get(bucket, namespace, name)
      if (object) reconcile(world, object)
    })
  }
  const affected = (bucket: string, object: KubeObject): void => {
    const { namespace = '', name, ownerReferences = [] } = object.metadata
    enqueue(bucket, namespace, name)
    for (const { controller, kind, name: owner } of ownerReferences)
      if (controller) enqueue(ownerBuckets[kind] ?? '', namespace, owner)
    if (bucket !== '/pods') return
    for (const service of core.store.list('/services', namespace))
      if (selectsPod(service, object)) enqueue('/services', namespace, service.metadata.name)
  }
  for (const bucket of core.store.buckets()) {
    for (const object of core.store.list(bucket)) {
      children.add(bucket, object)
      affected(bucket, object)
    }
  }
  createNode(world)
  const unsubscribe = core.store.subscribe((bucket, { type, object }) => {
    if (type === 'DELETED') {
      children.drop(bucket, object)
      met.delete(object.metadata.uid ?? '')
    } else children.add(bucket, object)
    affected(bucket, object)
    if (bucket === '/persistentvolumeclaims' && type === 'DELETED') later(() => releaseVolume(world, object))
  })
  return () => {
    unsubscribe()
    for (const stop of timers) stop()
  }
}

interface Children {
  add(bucket: string, object: KubeObject): void
  drop(bucket: string, object: KubeObject): void
  of(owner: KubeObject, bucket: string): KubeObject[]
}

/** Objects by bucket and controller, so that nobody has to look through all of them. */
function createChildren(): Children {
  const byOwner = new Map<string, Map<string, KubeObject>>()
  const keyOf = (bucket: string, { metadata }: KubeObject): string | undefined => {
    const owner = metadata.ownerReferences?.find(({ controller }) => controller)
    return owner && `${bucket} ${owner.uid}`
  }
  return {
    add(bucket, object) {
      const key = keyOf(bucket, object)
      if (key === undefined) return
      const known = byOwner.get(key) ?? new Map<string, KubeObject>()
      byOwner.set(key, known.set(object.metadata.uid ?? '', object))
    },
    drop(bucket, object) {
      const key = keyOf(bucket, object)
      const known = key === undefined ? undefined : byOwner.get(key)
      known?.delete(object.metadata.uid ?? '')
      if (known?.size === 0) byOwner.delete(key ?? '')
    },
    of: ({ metadata }, bucket) => [...(byOwner.get(`${bucket} ${metadata.uid ?? ''}`)?.values() ?? [])],
  }
}
