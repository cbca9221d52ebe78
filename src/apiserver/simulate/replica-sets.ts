import type { KubeObject } from '#api'
import { numberAt } from '../paths.ts'
import { counts } from './conditions.ts'
import { createPod, isActive, isReady } from './pod-set.ts'
import { emit, remove, setStatus, type World } from './world.ts'

const component = 'replicaset-controller'

/** The ReplicaSet controller: as many pods as wanted. */
export function reconcileReplicaSet(world: World, set: KubeObject): void {
  if (set.metadata.deletionTimestamp) return
  const wanted = numberAt(set, 'spec.replicas')
  const pods = world.childrenOf(set, '/pods').filter(isActive)
  for (let missing = wanted - pods.length; missing > 0; missing--) {
    const pod = createPod(world, set)
    pods.push(pod)
    emit(world, set, { reason: 'SuccessfulCreate', message: `Created pod: ${pod.metadata.name}`, component })
  }
  // Those that are not ready go first.
  const surplus = [...pods]
    .sort((a, b) => Number(isReady(a)) - Number(isReady(b)))
    .slice(0, pods.length - wanted)
  for (const pod of surplus) {
    remove(world, pod)
    emit(world, set, { reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}`, component })
  }
  const left = pods.filter((pod) => !surplus.includes(pod))
  const ready = left.filter(isReady).length
  setStatus(world, set, {
    replicas: left.length,
    ...counts({ fullyLabeledReplicas: left.length, readyReplicas: ready, availableReplicas: ready }),
    observedGeneration: set.metadata.generation ?? 1,
    terminatingReplicas: 0,
  })
}
