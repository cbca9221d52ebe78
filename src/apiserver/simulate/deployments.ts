import type { KubeObject } from '#api'
import { clone, equal } from '#base'
import { changeObject } from '../ensure.ts'
import { numberAt, objectAt, textAt, valueAt } from '../paths.ts'
import { counts, type Verdict, withConditions } from './conditions.ts'
import { templateHash } from './pod-set.ts'
import { change, controlledBy, create, emit, outcomeOf, remove, type World } from './world.ts'

const hashLabel = 'pod-template-hash'
const revisionKey = 'deployment.kubernetes.io/revision'
const desiredKey = 'deployment.kubernetes.io/desired-replicas'
const maxKey = 'deployment.kubernetes.io/max-replicas'
const component = 'deployment-controller'

/** The Deployment controller: one ReplicaSet a template, the newest scaled up, the others down once it is ready. */
export function reconcileDeployment(world: World, deployment: KubeObject): void {
  if (deployment.metadata.deletionTimestamp) return
  const sets = world.childrenOf(deployment, 'apps/replicasets')
  const hash = templateHash(objectAt(deployment, 'spec.template'))
  const paused = valueAt(deployment, 'spec.paused') === true
  const known = sets.find(({ metadata }) => metadata.labels?.[hashLabel] === hash)
  const current = known ?? (paused ? undefined : createSet(world, deployment, { hash, sets }))
  const others = sets.filter(({ metadata }) => metadata.uid !== current?.metadata.uid)
  if (current && !paused) roll(world, deployment, current, others)
  // What was just written counts.
  const fresh = world.childrenOf(deployment, 'apps/replicasets')
  const newest = fresh.find(({ metadata }) => metadata.uid === current?.metadata.uid)
  writeStatus(world, deployment, newest, fresh)
  if (newest && isComplete(deployment, newest, fresh)) forget(world, deployment, others)
}

function revisionOf({ metadata }: KubeObject): number {
  return Number(metadata.annotations?.[revisionKey] ?? 0)
}

function createSet(
  world: World,
  deployment: KubeObject,
  { hash, sets }: { hash: string; sets: KubeObject[] },
): KubeObject {
  const template = clone(objectAt(deployment, 'spec.template'))
  const metadata = objectAt(template, 'metadata')
  const labels = { ...(metadata['labels'] as Record<string, string>), [hashLabel]: hash }
  const selector = objectAt(deployment, 'spec.selector')
  const owners = controlledBy(deployment)
  const revision = String(1 + Math.max(0, ...sets.map(revisionOf)))
  // With Recreate the pods of before go first.
  const recreate = textAt(deployment, 'spec.strategy.type') === 'Recreate'
  const replicas = recreate && total(sets, 'spec.replicas') > 0 ? 0 : numberAt(deployment, 'spec.replicas')
  const set: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      ...(deployment.metadata.namespace === undefined ? {} : { namespace: deployment.metadata.namespace }),
      labels,
      annotations: { ...inherited(deployment), ...scaleNotes(deployment), [revisionKey]: revision },
      ...(owners ? { ownerReferences: owners } : {}),
    },
    spec: {
      replicas,
      ...(numberAt(deployment, 'spec.minReadySeconds')
        ? { minReadySeconds: numberAt(deployment, 'spec.minReadySeconds') }
        : {}),
      selector: {
        ...clone(selector),
        matchLabels: { ...(clone(selector['matchLabels']) as object), [hashLabel]: hash },
      },
      template: { ...template, metadata: { ...metadata, labels } },
    },
  }
  const created = create(world, set, true)
  if (replicas > 0) tellScaling(world, deployment, created, 0)
  return created
}

/** A Deployment's annotations pass to its ReplicaSets, but for those that are about the Deployment itself. */
function inherited({ metadata }: KubeObject): Record<string, string> {
  const entries = Object.entries(metadata.annotations ?? {}).filter(
    ([key]) => key !== 'kubectl.kubernetes.io/last-applied-configuration' && key !== revisionKey,
  )
  return Object.fromEntries(entries)
}

function scaleNotes(deployment: KubeObject): Record<string, string> {
  const replicas = numberAt(deployment, 'spec.replicas')
  const surge = absolute(valueAt(deployment, 'spec.strategy.rollingUpdate.maxSurge'), replicas, Math.ceil)
  return { [desiredKey]: String(replicas), [maxKey]: String(replicas + surge) }
}

function absolute(value: unknown, of: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value
  const percent = typeof value === 'string' ? /^(\d+)%$/.exec(value)?.[1] : undefined
  return percent === undefined ? 0 : round((Number(percent) * of) / 100)
}

function roll(world: World, deployment: KubeObject, current: KubeObject, others: KubeObject[]): void {
  const wanted = numberAt(deployment, 'spec.replicas')
  const running = others.filter((set) => numberAt(set, 'spec.replicas') > 0)
  const recreate = textAt(deployment, 'spec.strategy.type') === 'Recreate'
  const cleared = running.every((set) => numberAt(set, 'status.replicas') === 0)
  if (recreate) for (const set of running) scale(world, deployment, set, 0)
  if (!recreate || cleared) scale(world, deployment, current, wanted)
  const ready = numberAt(current, 'status.availableReplicas') >= wanted
  if (!recreate && ready) for (const set of running) scale(world, deployment, set, 0)
  const newest = Math.max(0, ...others.map(revisionOf))
  // Going back to an older template makes its ReplicaSet the newest.
  if (revisionOf(current) <= newest) annotate(world, current, { [revisionKey]: String(newest + 1) })
}

function annotate(world: World, set: KubeObject, annotations: Record<string, string>): void {
  change(world, set, (copy) => ({
    ...copy,
    metadata: { ...copy.metadata, annotations: { ...copy.metadata.annotations, ...annotations } },
  }))
}

function scale(world: World, deployment: KubeObject, set: KubeObject, replicas: number): void {
  const before = numberAt(set, 'spec.replicas')
  if (before === replicas) return
  const scaled = change(world, set, (copy) => ({
    ...copy,
    metadata: {
      ...copy.metadata,
      annotations: { ...copy.metadata.annotations, ...scaleNotes(deployment) },
    },
    spec: { ...(copy['spec'] as object), replicas },
  }))
  tellScaling(world, deployment, scaled, before)
}

function tellScaling(world: World, deployment: KubeObject, set: KubeObject, before: number): void {
  const replicas = numberAt(set, 'spec.replicas')
  const direction = replicas > before ? 'up' : 'down'
  const message = `Scaled ${direction} replica set ${set.metadata.name} from ${before} to ${replicas}`
  emit(world, deployment, { reason: 'ScalingReplicaSet', message, component })
}

function total(sets: KubeObject[], path: string): number {
  return sets.reduce((sum, set) => sum + numberAt(set, path), 0)
}

function isComplete(deployment: KubeObject, newest: KubeObject, sets: KubeObject[]): boolean {
  const wanted = numberAt(deployment, 'spec.replicas')
  return (
    numberAt(newest, 'status.availableReplicas') === wanted &&
    numberAt(newest, 'status.replicas') === wanted &&
    numberAt(newest, 'spec.replicas') === wanted &&
    total(sets, 'status.replicas') === wanted
  )
}

function writeStatus(
  world: World,
  deployment: KubeObject,
  newest: KubeObject | undefined,
  sets: KubeObject[],
): void {
  const wanted = numberAt(deployment, 'spec.replicas')
  const available = total(sets, 'status.availableReplicas')
  const status = {
    observedGeneration: deployment.metadata.generation ?? 1,
    ...counts({
      replicas: total(sets, 'status.replicas'),
      updatedReplicas: numberAt(newest, 'status.replicas'),
      readyReplicas: total(sets, 'status.readyReplicas'),
      availableReplicas: available,
      unavailableReplicas: Math.max(0, Math.max(wanted, total(sets, 'status.replicas')) - available),
    }),
    conditions: withConditions(world, deployment, verdicts(deployment, newest, sets), 'lastUpdateTime'),
    terminatingReplicas: 0,
  }
  const revision = newest ? { [revisionKey]: String(revisionOf(newest)) } : {}
  const numbered = !newest || deployment.metadata.annotations?.[revisionKey] === revision[revisionKey]
  if (numbered && equal(deployment['status'], status)) return
  changeObject(
    world.core,
    deployment,
    (copy) => ({
      ...copy,
      metadata: { ...copy.metadata, annotations: { ...copy.metadata.annotations, ...revision } },
      status,
    }),
    { manager: 'kube-controller-manager', subresource: 'status', trusted: true },
  )
}

function verdicts(deployment: KubeObject, newest: KubeObject | undefined, sets: KubeObject[]): Verdict[] {
  const wanted = numberAt(deployment, 'spec.replicas')
  const tolerated = absolute(
    valueAt(deployment, 'spec.strategy.rollingUpdate.maxUnavailable'),
    wanted,
    Math.floor,
  )
  const enough = total(sets, 'status.availableReplicas') >= wanted - tolerated
  const available: Verdict = {
    type: 'Available',
    status: enough ? 'True' : 'False',
    reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
    message: enough
      ? 'Deployment has minimum availability.'
      : 'Deployment does not have minimum availability.',
  }
  return [available, progress(deployment, newest, sets)]
}

function progress(deployment: KubeObject, newest: KubeObject | undefined, sets: KubeObject[]): Verdict {
  const say = (status: Verdict['status'], reason: string, message: string): Verdict => ({
    type: 'Progressing',
    status,
    reason,
    message,
  })
  if (!newest) return say('Unknown', 'DeploymentPaused', 'Deployment is paused')
  const set = `ReplicaSet "${newest.metadata.name}"`
  if (isComplete(deployment, newest, sets))
    return say('True', 'NewReplicaSetAvailable', `${set} has successfully progressed.`)
  const started = numberAt(newest, 'status.replicas') > 0
  // A failing workload does not make anybody wait for its progressDeadlineSeconds.
  if (started && outcomeOf(deployment, objectAt(deployment, 'spec.template')) === 'fail')
    return say('False', 'ProgressDeadlineExceeded', `${set} has timed out progressing.`)
  return started
    ? say('True', 'ReplicaSetUpdated', `${set} is progressing.`)
    : say('True', 'NewReplicaSetCreated', `Created new replica set "${newest.metadata.name}"`)
}

/** Keeps `revisionHistoryLimit` old ReplicaSets. */
function forget(world: World, deployment: KubeObject, others: KubeObject[]): void {
  const limit = valueAt(deployment, 'spec.revisionHistoryLimit')
  const old = others.filter((set) => numberAt(set, 'status.replicas') === 0)
  const surplus = old.length - (typeof limit === 'number' ? limit : 10)
  if (surplus <= 0) return
  for (const set of old.sort((a, b) => revisionOf(a) - revisionOf(b)).slice(0, surplus)) remove(world, set)
}
