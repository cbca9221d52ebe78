import type { KubeObject } from '#api'
import { clone } from '#base'
import { numberAt, objectAt, objectsAt, textAt, valueAt } from '../paths.ts'
import { counts } from './conditions.ts'
import { createPod, ensureRevision, isActive, isReady } from './pod-set.ts'
import { create, emit, remove, setStatus, type World } from './world.ts'

const revisionLabel = 'controller-revision-hash'
const component = 'statefulset-controller'

/** The StatefulSet controller: numbered pods with volumes of their own, one after the other unless told otherwise. */
export function reconcileStatefulSet(world: World, set: KubeObject): void {
  if (set.metadata.deletionTimestamp) return
  const revision = ensureRevision(world, set)
  const wanted = numberAt(set, 'spec.replicas')
  const first = numberAt(set, 'spec.ordinals.start')
  const ordered = textAt(set, 'spec.podManagementPolicy') !== 'Parallel'
  const podsByOrdinal = new Map(world.childrenOf(set, '/pods').map((pod) => [ordinalOf(pod), pod] as const))
  for (const [ordinal, pod] of podsByOrdinal)
    if (ordinal < first || ordinal >= first + wanted) remove(world, pod)
  for (let ordinal = first; ordinal < first + wanted; ordinal++) {
    const known = podsByOrdinal.get(ordinal)
    const pod = known ?? createMember(world, set, ordinal, revision.name)
    podsByOrdinal.set(ordinal, pod)
    if (ordered && !isReady(pod)) break
  }
  replaceOutdated(world, set, podsByOrdinal, revision.name)
  writeStatus(world, set, revision.name)
}

function ordinalOf({ metadata }: KubeObject): number {
  return Number(metadata.name.slice(metadata.name.lastIndexOf('-') + 1))
}

function createMember(world: World, set: KubeObject, ordinal: number, revision: string): KubeObject {
  const name = `${set.metadata.name}-${ordinal}`
  const volumes = objectsAt(set, 'spec.volumeClaimTemplates').map((template) =>
    claimVolume(world, set, template, name),
  )
  const pod = createPod(world, set, {
    name,
    hostname: name,
    subdomain: textAt(set, 'spec.serviceName'),
    labels: {
      [revisionLabel]: revision,
      'statefulset.kubernetes.io/pod-name': name,
      'apps.kubernetes.io/pod-index': String(ordinal),
    },
    volumes,
  })
  const message = `create Pod ${name} in StatefulSet ${set.metadata.name} successful`
  emit(world, set, { reason: 'SuccessfulCreate', message, component })
  return pod
}

function claimVolume(
  world: World,
  set: KubeObject,
  template: Record<string, unknown>,
  pod: string,
): Record<string, unknown> {
  const { namespace = '' } = set.metadata
  const volume = textAt(template, 'metadata.name')
  const claimName = `${volume}-${pod}`
  if (!world.core.store.get('/persistentvolumeclaims', namespace, claimName)) {
    const labels = objectAt(set, 'spec.selector.matchLabels') as Record<string, string>
    create(world, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: claimName, namespace, labels: clone(labels) },
      spec: clone(objectAt(template, 'spec')),
    })
    const message = `create Claim ${claimName} Pod ${pod} in StatefulSet ${set.metadata.name} success`
    emit(world, set, { reason: 'SuccessfulCreate', message, component })
  }
  return { name: volume, persistentVolumeClaim: { claimName } }
}

function replaceOutdated(
  world: World,
  set: KubeObject,
  pods: ReadonlyMap<number, KubeObject>,
  revision: string,
): void {
  if (textAt(set, 'spec.updateStrategy.type') === 'OnDelete') return
  const partition = numberAt(set, 'spec.updateStrategy.rollingUpdate.partition')
  const outdated = [...pods].filter(
    ([ordinal, pod]) => ordinal >= partition && pod.metadata.labels?.[revisionLabel] !== revision,
  )
  // From the last to the first, each when those above it are ready again.
  const [, next] = outdated.sort(([a], [b]) => b - a)[0] ?? []
  const above = [...pods.values()].filter((pod) => pod.metadata.labels?.[revisionLabel] === revision)
  if (next && above.every(isReady)) remove(world, next)
}

function writeStatus(world: World, set: KubeObject, revision: string): void {
  const pods = world.childrenOf(set, '/pods').filter(isActive)
  const updated = pods.filter((pod) => pod.metadata.labels?.[revisionLabel] === revision).length
  const ready = pods.filter(isReady).length
  const wanted = numberAt(set, 'spec.replicas')
  const before = textAt(set, 'status.currentRevision')
  const done = updated === wanted && ready === wanted && pods.length === wanted
  const current = done || before === '' ? revision : before
  setStatus(world, set, {
    observedGeneration: set.metadata.generation ?? 1,
    replicas: pods.length,
    ...counts({
      readyReplicas: ready,
      currentReplicas: current === revision ? updated : pods.length - updated,
      updatedReplicas: updated,
    }),
    availableReplicas: ready,
    currentRevision: current,
    updateRevision: revision,
    collisionCount: valueAt(set, 'status.collisionCount') ?? 0,
  })
}
