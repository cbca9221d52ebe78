import type { KubeObject } from '#api'
import { formatTime } from '#base'
import { numberAt, textAt, valueAt } from '../paths.ts'
import { counts, type Verdict, withConditions } from './conditions.ts'
import { createPod, isActive, isReady } from './pod-set.ts'
import { emit, outcomeOf, remove, setStatus, type World } from './world.ts'

const component = 'job-controller'

/** The Job controller: pods until enough have succeeded. One that fails fails its job at once. */
export function reconcileJob(world: World, job: KubeObject): void {
  if (job.metadata.deletionTimestamp) return
  if (textAt(job, 'status.completionTime') || isFailed(job)) return expire(world, job)
  const pods = world.childrenOf(job, '/pods')
  const succeeded = pods.filter((pod) => textAt(pod, 'status.phase') === 'Succeeded').length
  const failing = outcomeOf(job, valueAt(job, 'spec.template')) === 'fail'
  const failed = pods.filter(
    (pod) => textAt(pod, 'status.phase') === 'Failed' || (failing && hasCrashed(pod)),
  )
  const active = pods.filter((pod) => isActive(pod) && !failed.includes(pod))
  const parallelism = numberAt(job, 'spec.parallelism')
  const wanted = numberAt(job, 'spec.completions') || 1
  if (valueAt(job, 'spec.suspend') === true) return suspend(world, job, active)
  if (succeeded >= wanted) return finish(world, job, { succeeded, failed: failed.length }, complete)
  if (failed.length > 0) {
    for (const pod of active) remove(world, pod)
    return finish(world, job, { succeeded, failed: failed.length }, exceeded)
  }
  const missing = Math.min(parallelism, wanted - succeeded) - active.length
  for (let i = 0; i < missing; i++) {
    const pod = createPod(world, job)
    active.push(pod)
    emit(world, job, { reason: 'SuccessfulCreate', message: `Created pod: ${pod.metadata.name}`, component })
  }
  setStatus(world, job, {
    ...base(world, job),
    ...counts({ active: active.length, succeeded }),
    ready: active.filter(isReady).length,
    terminating: 0,
  })
}

function isFailed(job: KubeObject): boolean {
  const conditions = valueAt(job, 'status.conditions')
  return (
    Array.isArray(conditions) &&
    conditions.some(
      (one: { type?: string; status?: string }) => one.type === 'Failed' && one.status === 'True',
    )
  )
}

function hasCrashed(pod: KubeObject): boolean {
  const statuses = valueAt(pod, 'status.containerStatuses')
  return (
    Array.isArray(statuses) &&
    statuses.some((one) => textAt(one, 'state.waiting.reason') === 'CrashLoopBackOff')
  )
}

function base(world: World, job: KubeObject): Record<string, unknown> {
  const startTime = textAt(job, 'status.startTime') || formatTime(world.core.clock.now())
  return { startTime, uncountedTerminatedPods: {} }
}

interface Ending {
  steps: readonly [string, string]
  reason: string
  message: string
}

const complete: Ending = {
  steps: ['SuccessCriteriaMet', 'Complete'],
  reason: 'CompletionsReached',
  message: 'Reached expected number of succeeded pods',
}
const exceeded: Ending = {
  steps: ['FailureTarget', 'Failed'],
  reason: 'BackoffLimitExceeded',
  message: 'Job has reached the specified backoff limit',
}

function finish(
  world: World,
  job: KubeObject,
  numbers: { succeeded: number; failed: number },
  { steps, reason, message }: Ending,
): void {
  const verdicts = steps.map((type): Verdict => ({ type, status: 'True', reason, message }))
  const succeeded = steps[1] === 'Complete'
  setStatus(world, job, {
    ...base(world, job),
    ...(succeeded ? { completionTime: formatTime(world.core.clock.now()) } : {}),
    conditions: withConditions(world, job, verdicts, 'lastProbeTime'),
    ...counts(numbers),
    ready: 0,
    terminating: 0,
  })
  emit(world, job, {
    type: succeeded ? 'Normal' : 'Warning',
    reason: succeeded ? 'Completed' : reason,
    message: succeeded ? 'Job completed' : message,
    component,
  })
}

function suspend(world: World, job: KubeObject, active: KubeObject[]): void {
  for (const pod of active) remove(world, pod)
  const verdict: Verdict = {
    type: 'Suspended',
    status: 'True',
    reason: 'JobSuspended',
    message: 'Job suspended',
  }
  setStatus(world, job, {
    conditions: withConditions(world, job, [verdict], 'lastProbeTime'),
    ready: 0,
    terminating: 0,
    uncountedTerminatedPods: {},
  })
}

/** Deletes a finished job when its time is over. */
function expire(world: World, job: KubeObject): void {
  const seconds = valueAt(job, 'spec.ttlSecondsAfterFinished')
  if (typeof seconds !== 'number') return
  const { namespace = '', name, uid } = job.metadata
  world.after(seconds * 1000, () => {
    const current = world.core.store.get('batch/jobs', namespace, name)
    if (current?.metadata.uid === uid && current) remove(world, current)
  })
}
