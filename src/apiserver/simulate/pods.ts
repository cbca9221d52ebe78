import { createHash } from 'node:crypto'
import type { KubeObject } from '#api'
import { formatTime } from '#base'
import { objectsAt, textAt } from '../paths.ts'
import { type Verdict, withConditions } from './conditions.ts'
import { emit, nodeName, outcomeOf, setStatus, type World } from './world.ts'

/** The address of the one node. */
export const nodeAddress = '172.18.0.2'

/** Scheduler and kubelet of the one node: a pod is bound at once and runs, or has run, after the delay. */
export function reconcilePod(world: World, pod: KubeObject): void {
  const waiting = textAt(pod, 'status.phase') === 'Pending' && !pod.metadata.deletionTimestamp
  if (!waiting || !world.isFirst(pod)) return
  const { core } = world
  bind(world, pod)
  if (outcomeOf(pod) === 'stuck') return hold(world, pod)
  const { namespace = '', name, uid } = pod.metadata
  world.after(world.delay, () => {
    const current = core.store.get('/pods', namespace, name)
    if (current && current.metadata.uid === uid && !current.metadata.deletionTimestamp) finish(world, current)
  })
}

function bind(world: World, pod: KubeObject): void {
  // Binding leaves no trace in managedFields. The pods of simulated controllers are born bound.
  if (textAt(pod, 'spec.nodeName') === '')
    world.core.store.put('/pods', { ...pod, spec: { ...(pod['spec'] as object), nodeName } })
  // A kubelet has seen it already, before this server was restarted.
  if (objectsAt(pod, 'status.conditions').length > 0) return
  const { namespace = '', name } = pod.metadata
  const message = `Successfully assigned ${namespace}/${name} to ${nodeName}`
  emit(world, pod, { reason: 'Scheduled', message, component: 'default-scheduler' })
}

function hold(world: World, pod: KubeObject): void {
  setStatus(world, pod, pendingStatus(world, pod), 'kubelet')
  emit(world, pod, {
    type: 'Warning',
    reason: 'Stuck',
    message: 'Containers are not started, as the annotation sluice.dev/simulate asks for it',
    component: 'kubelet',
  })
}

function finish(world: World, pod: KubeObject): void {
  const names = objectsAt(pod, 'spec.containers').map(({ name }) => String(name))
  const message = `Started ${names.length === 1 ? 'container' : 'containers'} ${names.join(', ')} (simulated)`
  emit(world, pod, { reason: 'Started', message, component: 'kubelet' })
  if (outcomeOf(pod) === 'fail') return fail(world, pod)
  setStatus(world, pod, isTask(pod) ? endedStatus(world, pod, 0) : runningStatus(world, pod), 'kubelet')
}

/** A pod that does not restart forever is something that ends. */
function isTask(pod: KubeObject): boolean {
  return textAt(pod, 'spec.restartPolicy') !== 'Always'
}

function fail(world: World, pod: KubeObject): void {
  if (textAt(pod, 'spec.restartPolicy') === 'Never')
    return setStatus(world, pod, endedStatus(world, pod, 1), 'kubelet')
  const message = `back-off 5m0s restarting failed container in pod ${pod.metadata.name}`
  const state = { waiting: { reason: 'CrashLoopBackOff', message } }
  const status = {
    ...baseStatus(world, pod, 'Running', unready('ContainersNotReady', pod)),
    ...containers(pod, { state, ready: false, started: false, restartCount: 5 }),
  }
  setStatus(world, pod, status, 'kubelet')
  emit(world, pod, {
    type: 'Warning',
    reason: 'BackOff',
    message: 'Back-off restarting failed container, as the annotation sluice.dev/simulate asks for it',
    component: 'kubelet',
  })
}

function pendingStatus(world: World, pod: KubeObject): object {
  const state = { waiting: { reason: 'ContainerCreating' } }
  return {
    ...baseStatus(world, pod, 'Pending', unready('ContainersNotReady', pod)),
    ...containers(pod, { state, ready: false, started: false }),
  }
}

function runningStatus(world: World, pod: KubeObject): object {
  const startedAt = formatTime(world.core.clock.now())
  const address = podAddress(pod)
  return {
    ...baseStatus(world, pod, 'Running', allTrue),
    podIP: address,
    podIPs: [{ ip: address }],
    ...containers(pod, { state: { running: { startedAt } }, ready: true, started: true }),
    ...initContainers(pod, startedAt),
  }
}

function endedStatus(world: World, pod: KubeObject, exitCode: number): object {
  const finishedAt = formatTime(world.core.clock.now())
  const reason = exitCode === 0 ? 'Completed' : 'Error'
  const terminated = {
    exitCode,
    reason,
    startedAt: finishedAt,
    finishedAt,
    containerID: containerId(pod, ''),
  }
  const phase = exitCode === 0 ? 'Succeeded' : 'Failed'
  const verdicts = unready(exitCode === 0 ? 'PodCompleted' : 'PodFailed', pod)
  return {
    ...baseStatus(world, pod, phase, verdicts),
    podIP: podAddress(pod),
    podIPs: [{ ip: podAddress(pod) }],
    ...containers(pod, { state: { terminated }, ready: false, started: false }),
    ...initContainers(pod, finishedAt),
  }
}

const allTrue: readonly Verdict[] = [
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodScheduled',
].map((type) => ({ type, status: 'True', reason: '', message: '' }))

function unready(reason: string, pod: KubeObject): Verdict[] {
  const names = objectsAt(pod, 'spec.containers').map(({ name }) => String(name))
  const message =
    reason === 'ContainersNotReady' ? `containers with unready status: [${names.join(' ')}]` : ''
  return allTrue.map((verdict) =>
    verdict.type === 'Ready' || verdict.type === 'ContainersReady'
      ? { ...verdict, status: 'False', reason, message }
      : verdict,
  )
}

function baseStatus(world: World, pod: KubeObject, phase: string, verdicts: readonly Verdict[]): object {
  const conditions = withConditions(world, pod, verdicts).map(({ reason, message, ...rest }) => ({
    ...rest,
    ...(reason ? { reason } : {}),
    ...(message ? { message } : {}),
    observedGeneration: pod.metadata.generation ?? 1,
  }))
  return {
    observedGeneration: pod.metadata.generation ?? 1,
    phase,
    conditions,
    hostIP: nodeAddress,
    hostIPs: [{ ip: nodeAddress }],
    startTime: textAt(pod, 'status.startTime') || formatTime(world.core.clock.now()),
    qosClass: textAt(pod, 'status.qosClass') || 'BestEffort',
  }
}

function containers(pod: KubeObject, state: object): object {
  const statuses = objectsAt(pod, 'spec.containers').map((container) => ({
    name: container['name'],
    image: container['image'] ?? '',
    imageID: '',
    containerID: containerId(pod, String(container['name'])),
    restartCount: 0,
    lastState: {},
    ...state,
  }))
  return { containerStatuses: statuses }
}

function initContainers(pod: KubeObject, at: string): object {
  const statuses = objectsAt(pod, 'spec.initContainers').map((container) => {
    const sidecar = container['restartPolicy'] === 'Always'
    const ended = { exitCode: 0, reason: 'Completed', startedAt: at, finishedAt: at }
    return {
      name: container['name'],
      image: container['image'] ?? '',
      imageID: '',
      containerID: containerId(pod, String(container['name'])),
      restartCount: 0,
      lastState: {},
      ready: true,
      started: sidecar,
      state: sidecar ? { running: { startedAt: at } } : { terminated: ended },
    }
  })
  return statuses.length > 0 ? { initContainerStatuses: statuses } : {}
}

function containerId({ metadata }: KubeObject, container: string): string {
  return `sluice://${createHash('sha256').update(`${metadata.uid} ${container}`).digest('hex')}`
}

/** An address in 10.244.0.0/16 that follows from the pod's uid, so that it survives a restart. */
function podAddress({ metadata }: KubeObject): string {
  const [a = 0, b = 0] = createHash('sha256')
    .update(metadata.uid ?? '')
    .digest()
  return `10.244.${a}.${Math.max(2, Math.min(b, 254))}`
}
