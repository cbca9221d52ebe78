import type { KubeObject } from '#api'
import { isObject } from '#base'
import { numberAt, objectAt, objectsAt, textAt } from '../paths.ts'
import { ageColumn, type Column, nameColumn, since, text, wide } from './column.ts'

type Data = Record<string, unknown>

/** Columns of pods. */
export const podColumns: readonly Column[] = [
  nameColumn,
  { name: 'Ready', cell: (pod) => summarize(pod).ready },
  { name: 'Status', cell: (pod) => summarize(pod).reason },
  { name: 'Restarts', cell: (pod, now) => formatRestarts(summarize(pod), now) },
  ageColumn,
  wide({ name: 'IP', cell: (pod) => textAt(objectsAt(pod, 'status.podIPs')[0], 'ip') || '<none>' }),
  wide(text('Node', 'spec.nodeName', '<none>')),
  wide(text('Nominated Node', 'status.nominatedNodeName', '<none>')),
  wide({ name: 'Readiness Gates', cell: readinessGates }),
]

interface Summary {
  ready: string
  reason: string
  restarts: number
  lastRestart: string
}

function summarize(pod: KubeObject): Summary {
  const sidecars = objectsAt(pod, 'spec.initContainers').filter(isSidecar)
  const total = objectsAt(pod, 'spec.containers').length + sidecars.length
  const init = initProblem(pod)
  const main = objectsAt(pod, 'status.containerStatuses')
  const startedSidecars = objectsAt(pod, 'status.initContainerStatuses').filter(
    ({ name, ready }) => ready === true && sidecars.some((sidecar) => sidecar['name'] === name),
  )
  const running = init ? [] : main.filter((one) => one['ready'] === true && isObject(stateOf(one)['running']))
  const counted = init ? objectsAt(pod, 'status.initContainerStatuses') : main
  const ends = counted
    .map((one) => textAt(one, 'lastState.terminated.finishedAt'))
    .sort()
    .at(-1)
  return {
    ready: `${startedSidecars.length + running.length}/${total}`,
    reason: terminating(pod) ?? init ?? mainReason(pod, main),
    restarts: counted.reduce((sum, one) => sum + numberAt(one, 'restartCount'), 0),
    lastRestart: ends ?? '',
  }
}

function isSidecar(container: Data): boolean {
  return container['restartPolicy'] === 'Always'
}

function stateOf(status: Data): Data {
  return objectAt(status, 'state')
}

function terminating(pod: KubeObject): string | undefined {
  if (!pod.metadata.deletionTimestamp) return undefined
  if (textAt(pod, 'status.reason') === 'NodeLost') return 'Unknown'
  return ['Succeeded', 'Failed'].includes(textAt(pod, 'status.phase')) ? undefined : 'Terminating'
}

/** The first init container that is not through; undefined when all are, or none has a status. */
function initProblem(pod: KubeObject): string | undefined {
  const containers = objectsAt(pod, 'spec.initContainers')
  for (const [index, status] of objectsAt(pod, 'status.initContainerStatuses').entries()) {
    const { terminated, waiting } = stateOf(status)
    const container = containers.find(({ name }) => name === status['name'])
    if (isObject(terminated) && numberAt(terminated, 'exitCode') === 0) continue
    if (container && isSidecar(container) && status['started'] === true) continue
    if (isObject(terminated)) return `Init:${endReason(terminated)}`
    const why = textAt(waiting, 'reason')
    if (why && why !== 'PodInitializing') return `Init:${why}`
    return `Init:${index}/${containers.length}`
  }
  return undefined
}

function mainReason(pod: KubeObject, containers: Data[]): string {
  const gated = objectsAt(pod, 'status.conditions').some(
    ({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated',
  )
  let reason = gated ? 'SchedulingGated' : textAt(pod, 'status.reason') || textAt(pod, 'status.phase')
  let failure = ''
  let running = false
  // The first container's state wins, so it is looked at last.
  for (const container of [...containers].reverse()) {
    const { waiting, terminated, running: runs } = stateOf(container)
    const why = textAt(waiting, 'reason')
    if (why) reason = why
    else if (isObject(terminated)) {
      reason = endReason(terminated)
      if (numberAt(terminated, 'exitCode') !== 0) failure = reason
    } else if (container['ready'] === true && isObject(runs)) running = true
  }
  if (reason !== 'Completed') return reason
  const isReady = objectsAt(pod, 'status.conditions').some(
    ({ type, status }) => type === 'Ready' && status === 'True',
  )
  if (running && isReady) return 'Running'
  return failure || (running ? 'NotReady' : reason)
}

function endReason(terminated: Data): string {
  const signal = numberAt(terminated, 'signal')
  return (
    textAt(terminated, 'reason') ||
    (signal === 0 ? `ExitCode:${numberAt(terminated, 'exitCode')}` : `Signal:${signal}`)
  )
}

function formatRestarts({ restarts, lastRestart }: Summary, now: number): string {
  return restarts > 0 && lastRestart ? `${restarts} (${since(lastRestart, now)} ago)` : String(restarts)
}

function readinessGates(pod: KubeObject): string {
  const gates = objectsAt(pod, 'spec.readinessGates')
  if (gates.length === 0) return '<none>'
  const conditions = objectsAt(pod, 'status.conditions')
  const open = gates.filter(({ conditionType }) =>
    conditions.some(({ type, status }) => type === conditionType && status === 'True'),
  )
  return `${open.length}/${gates.length}`
}
