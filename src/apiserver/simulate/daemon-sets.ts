import type { KubeObject } from '#api'
import { objectAt, textAt } from '../paths.ts'
import { counts } from './conditions.ts'
import { nodeLabels } from './node.ts'
import { createPod, ensureRevision, isActive, isReady } from './pod-set.ts'
import { emit, remove, setStatus, type World } from './world.ts'

const revisionLabel = 'controller-revision-hash'
const component = 'daemonset-controller'

/** The DaemonSet controller: one pod on the one node, if the node is selected. */
export function reconcileDaemonSet(world: World, set: KubeObject): void {
  if (set.metadata.deletionTimestamp) return
  const revision = ensureRevision(world, set)
  const selector = Object.entries(objectAt(set, 'spec.template.spec.nodeSelector'))
  const wanted = selector.every(([key, value]) => nodeLabels[key] === value) ? 1 : 0
  const pods = world.childrenOf(set, '/pods').filter(isActive)
  const onDelete = textAt(set, 'spec.updateStrategy.type') === 'OnDelete'
  const outdated = pods.filter((pod) => !onDelete && pod.metadata.labels?.[revisionLabel] !== revision.hash)
  for (const pod of [...outdated, ...pods.slice(wanted)]) remove(world, pod)
  const left = pods.slice(0, wanted).filter((pod) => !outdated.includes(pod))
  if (left.length < wanted) {
    const pod = createPod(world, set, { labels: { [revisionLabel]: revision.hash } })
    left.push(pod)
    emit(world, set, { reason: 'SuccessfulCreate', message: `Created pod: ${pod.metadata.name}`, component })
  }
  const ready = left.filter(isReady).length
  const updated = left.filter((pod) => pod.metadata.labels?.[revisionLabel] === revision.hash).length
  setStatus(world, set, {
    currentNumberScheduled: left.length,
    desiredNumberScheduled: wanted,
    numberMisscheduled: 0,
    numberReady: ready,
    observedGeneration: set.metadata.generation ?? 1,
    ...counts({
      updatedNumberScheduled: updated,
      numberAvailable: ready,
      numberUnavailable: wanted - ready,
    }),
  })
}
