import { type Condition, groupOf, type KubeObject } from '#api'
import { isObject } from '#base'

/** How an object stands, as kstatus (sigs.k8s.io/cli-utils) judges it. */
export type HealthStatus = 'Current' | 'InProgress' | 'Failed' | 'Terminating' | 'NotFound'

export interface Health {
  status: HealthStatus
  /** What is being waited for, or what went wrong. */
  message: string
}

type Fields = Record<string, unknown>
type Rule = (object: KubeObject, spec: Fields, status: Fields) => Health

/** Judges a live object; pure. Generic rules first, then those of built-in kinds, at last a Ready condition. */
export function healthOf(object: KubeObject | undefined): Health {
  if (!object) return { status: 'NotFound', message: 'Resource not found' }
  if (object.metadata.deletionTimestamp)
    return { status: 'Terminating', message: 'Resource scheduled for deletion' }
  const spec = fields(object['spec'])
  const status = fields(object['status'])
  const { generation } = object.metadata
  const observed = status['observedGeneration']
  if (typeof observed === 'number' && generation !== undefined && observed !== generation) {
    return inProgress(
      `${object.kind} generation is ${generation}, but latest observed generation is ${observed}`,
    )
  }
  const reconciling = condition(status, 'Reconciling')
  if (reconciling?.status === 'True') return inProgress(reconciling.message)
  const stalled = condition(status, 'Stalled')
  if (stalled?.status === 'True') return failed(stalled.message)
  const rule = rules[`${groupOf(object.apiVersion)}/${object.kind}`]
  if (rule) return rule(object, spec, status)
  const ready = condition(status, 'Ready')
  return !ready || ready.status === 'True' ? current('Resource is current') : inProgress(ready.message)
}

const always: Rule = () => current('Resource is always ready')

const deployment: Rule = (_object, spec, status) => {
  const progressing = condition(status, 'Progressing')
  if (progressing?.reason === 'ProgressDeadlineExceeded') return failed('Progress deadline exceeded')
  const wanted = count(spec['replicas'], 1)
  const { replicas, updated, ready, available } = counts(status)
  if (wanted > replicas) return inProgress(`replicas: ${replicas}/${wanted}`)
  if (wanted > updated) return inProgress(`Updated: ${updated}/${wanted}`)
  if (replicas > wanted) return inProgress(`Pending termination: ${replicas - wanted}`)
  if (updated > available) return inProgress(`Available: ${available}/${updated}`)
  if (wanted > ready) return inProgress(`Ready: ${ready}/${wanted}`)
  if (condition(status, 'Available')?.status !== 'True') return inProgress('Deployment not Available')
  const rolledOut = progressing?.status === 'True' && progressing.reason === 'NewReplicaSetAvailable'
  if (!rolledOut && spec['progressDeadlineSeconds'] !== 2 ** 31 - 1)
    return inProgress('ReplicaSet not Available')
  return current(`Deployment is available. Replicas: ${replicas}`)
}

const statefulSet: Rule = (_object, spec, status) => {
  const strategy = fields(spec['updateStrategy'])
  if (strategy['type'] === 'OnDelete') return current('StatefulSet is using the ondelete update strategy')
  const wanted = count(spec['replicas'], 1)
  const { replicas, updated, ready, running } = counts(status)
  if (wanted > replicas) return inProgress(`Replicas: ${replicas}/${wanted}`)
  if (wanted > ready) return inProgress(`Ready: ${ready}/${wanted}`)
  if (replicas > wanted) return inProgress(`Pending termination: ${replicas - wanted}`)
  const partition = count(fields(strategy['rollingUpdate'])['partition'], 0)
  if (partition > 0) {
    if (updated < wanted - partition) return inProgress(`updated: ${updated}/${wanted - partition}`)
    return current(`Partition rollout complete. updated: ${updated}`)
  }
  if (wanted > running) return inProgress(`current: ${running}/${wanted}`)
  if (status['currentRevision'] !== status['updateRevision'])
    return inProgress('Waiting for updated revision to match current')
  return current(`All replicas scheduled as expected. Replicas: ${replicas}`)
}

const daemonSet: Rule = (_object, _spec, status) => {
  if (status['observedGeneration'] === undefined) return inProgress('Observed generation missing')
  const wanted = count(status['desiredNumberScheduled'], -1)
  if (wanted < 0) return inProgress('Desired number scheduled missing')
  const scheduled = count(status['currentNumberScheduled'], 0)
  const updated = count(status['updatedNumberScheduled'], 0)
  const available = count(status['numberAvailable'], 0)
  const ready = count(status['numberReady'], 0)
  if (wanted > scheduled) return inProgress(`Current: ${scheduled}/${wanted}`)
  if (wanted > updated) return inProgress(`Updated: ${updated}/${wanted}`)
  if (wanted > available) return inProgress(`Available: ${available}/${wanted}`)
  if (wanted > ready) return inProgress(`Ready: ${ready}/${wanted}`)
  return current(`All replicas scheduled as expected. Replicas: ${wanted}`)
}

const replicaSet: Rule = (_object, spec, status) => {
  if (condition(status, 'ReplicaFailure')?.status === 'True')
    return inProgress('Replica Failure condition. Check Pods')
  const wanted = count(spec['replicas'], 1)
  const { replicas, ready, available } = counts(status)
  const labelled = count(status['fullyLabeledReplicas'], 0)
  if (wanted > labelled) return inProgress(`Labelled: ${labelled}/${wanted}`)
  if (wanted > available) return inProgress(`Available: ${available}/${wanted}`)
  if (wanted > ready) return inProgress(`Ready: ${ready}/${wanted}`)
  if (replicas > wanted) return inProgress(`Pending termination: ${replicas - wanted}`)
  return current(`ReplicaSet is available. Replicas: ${replicas}`)
}

// Stricter than kstatus, which calls a Job current once it has started: a delivery waits for its outcome, as Flux does.
const job: Rule = (_object, spec, status) => {
  const bad = condition(status, 'Failed')
  if (bad?.status === 'True') return failed(`Job Failed. ${bad.message}`)
  if (condition(status, 'Complete')?.status === 'True')
    return current(`Job Completed. succeeded: ${count(status['succeeded'], 0)}`)
  if (spec['suspend'] === true) return current('Job is suspended')
  return inProgress(
    status['startTime'] === undefined
      ? 'Job not started'
      : `Job in progress. active: ${count(status['active'], 0)}`,
  )
}

const pod: Rule = (_object, _spec, status) => {
  const phase = status['phase']
  if (phase === 'Succeeded') return current('Pod has completed successfully')
  if (phase === 'Failed') return failed('Pod has completed, but not successfully')
  const crashing = containersOf(status).some(
    (container) => fields(fields(container['state'])['waiting'])['reason'] === 'CrashLoopBackOff',
  )
  if (crashing) return failed('Containers in CrashLoop state')
  if (phase === 'Running' && condition(status, 'Ready')?.status === 'True') return current('Pod is Ready')
  return inProgress(
    phase === 'Running' ? 'Pod is running but is not Ready' : `Pod is in the ${text(phase)} phase`,
  )
}

const claim: Rule = (_object, _spec, status) =>
  status['phase'] === 'Bound'
    ? current('PVC is Bound')
    : inProgress(`PVC is not Bound. phase: ${text(status['phase'])}`)

const service: Rule = (_object, spec) =>
  spec['type'] === 'LoadBalancer' && !spec['clusterIP']
    ? inProgress('ClusterIP not set. Service type: LoadBalancer')
    : current('Service is ready')

const disruptionBudget: Rule = (_object, _spec, status) => {
  const healthy = count(status['currentHealthy'], 0)
  const wanted = count(status['desiredHealthy'], -1)
  if (wanted < 0) return inProgress('Desired healthy replicas not set')
  return healthy < wanted
    ? inProgress(`Budget not met. healthy replicas: ${healthy}/${wanted}`)
    : current('Budget is met')
}

const definition: Rule = (_object, _spec, status) => {
  const names = condition(status, 'NamesAccepted')
  if (names?.status === 'False') return failed(names.message)
  const established = condition(status, 'Established')
  if (established?.status === 'True') return current('CRD is established')
  if (established?.status === 'False' && established.reason !== 'Installing')
    return failed(established.message)
  return inProgress('Install in progress')
}

const rules: Readonly<Record<string, Rule>> = {
  'apps/Deployment': deployment,
  'apps/StatefulSet': statefulSet,
  'apps/DaemonSet': daemonSet,
  'apps/ReplicaSet': replicaSet,
  'batch/Job': job,
  'batch/CronJob': always,
  '/Pod': pod,
  '/PersistentVolumeClaim': claim,
  '/Service': service,
  '/ConfigMap': always,
  '/Secret': always,
  'policy/PodDisruptionBudget': disruptionBudget,
  'apiextensions.k8s.io/CustomResourceDefinition': definition,
}

/** The condition of a type in an object's status. */
export function condition(status: Fields, type: string): Condition | undefined {
  const conditions = Array.isArray(status['conditions']) ? (status['conditions'] as Condition[]) : []
  return conditions.find((candidate) => candidate.type === type)
}

function counts(status: Fields): {
  replicas: number
  updated: number
  ready: number
  available: number
  running: number
} {
  return {
    replicas: count(status['replicas'], 0),
    updated: count(status['updatedReplicas'], 0),
    ready: count(status['readyReplicas'], 0),
    available: count(status['availableReplicas'], 0),
    running: count(status['currentReplicas'], 0),
  }
}

function containersOf(status: Fields): Fields[] {
  const list = status['containerStatuses']
  return Array.isArray(list) ? list.filter(isObject) : []
}

function text(phase: unknown): string {
  return typeof phase === 'string' ? phase : 'Pending'
}

function count(value: unknown, fallback: number): number {
  return typeof value === 'number' ? value : fallback
}

function fields(value: unknown): Fields {
  return isObject(value) ? value : {}
}

function current(message: string): Health {
  return { status: 'Current', message }
}

function inProgress(message: string): Health {
  return { status: 'InProgress', message }
}

function failed(message: string): Health {
  return { status: 'Failed', message }
}
