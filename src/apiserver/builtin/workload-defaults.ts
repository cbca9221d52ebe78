import type { KubeObject } from '#api'
import { clone } from '#base'
import { ensure, fill } from './fill.ts'
import type { Filler } from './pod-defaults.ts'
import { type Fields, fieldsAt, textAt } from './walk.ts'

/** The defaults of the kinds that make pods, by type. */
export const workloadDefaults: Readonly<Record<string, Filler>> = {
  'apps.v1.DeploymentSpec': fillDeployment,
  'apps.v1.ReplicaSetSpec': (spec) => fill(spec, { replicas: 1 }),
  'apps.v1.DaemonSetSpec': fillDaemonSet,
  'apps.v1.StatefulSetSpec': fillStatefulSet,
  'batch.v1.Job': fillJob,
  'batch.v1.JobSpec': fillJobSpec,
  'batch.v1.PodFailurePolicyOnPodConditionsPattern': (value) => fill(value, { status: 'True' }),
  'batch.v1.CronJobSpec': (spec) =>
    fill(spec, {
      concurrencyPolicy: 'Allow',
      failedJobsHistoryLimit: 1,
      successfulJobsHistoryLimit: 3,
      suspend: false,
    }),
  'core.v1.ReplicationController': fillReplicationController,
}

function fillDeployment(spec: Fields): void {
  fill(spec, { progressDeadlineSeconds: 600, replicas: 1, revisionHistoryLimit: 10 })
  const strategy = ensure(spec, 'strategy')
  fill(strategy, { type: 'RollingUpdate' })
  if (strategy['type'] === 'RollingUpdate')
    fill(ensure(strategy, 'rollingUpdate'), { maxSurge: '25%', maxUnavailable: '25%' })
}

function fillDaemonSet(spec: Fields): void {
  fill(spec, { revisionHistoryLimit: 10 })
  const strategy = ensure(spec, 'updateStrategy')
  fill(strategy, { type: 'RollingUpdate' })
  if (strategy['type'] === 'RollingUpdate')
    fill(ensure(strategy, 'rollingUpdate'), { maxSurge: 0, maxUnavailable: 1 })
}

function fillStatefulSet(spec: Fields): void {
  fill(spec, { podManagementPolicy: 'OrderedReady', replicas: 1, revisionHistoryLimit: 10 })
  const strategy = ensure(spec, 'updateStrategy')
  if (textAt(strategy, 'type') === '') {
    strategy['type'] = 'RollingUpdate'
    ensure(strategy, 'rollingUpdate')
  }
  if (strategy['type'] === 'RollingUpdate' && strategy['rollingUpdate'] !== undefined)
    fill(ensure(strategy, 'rollingUpdate'), { partition: 0 })
  const retention = ensure(spec, 'persistentVolumeClaimRetentionPolicy')
  fill(retention, { whenDeleted: 'Retain', whenScaled: 'Retain' })
  const templates = spec['volumeClaimTemplates']
  if (Array.isArray(templates))
    for (const template of templates)
      Object.assign(template, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' })
}

function fillJob(job: Fields): void {
  const labels = fieldsAt(job, 'spec', 'template', 'metadata', 'labels')
  const metadata = ensure(job, 'metadata')
  if (Object.keys(labels).length > 0 && Object.keys(fieldsAt(metadata, 'labels')).length === 0)
    metadata['labels'] = clone(labels)
}

function fillJobSpec(spec: Fields): void {
  if (spec['completions'] === undefined && spec['parallelism'] === undefined) spec['completions'] = 1
  fill(spec, {
    backoffLimit: spec['backoffLimitPerIndex'] === undefined ? 6 : 2_147_483_647,
    completionMode: 'NonIndexed',
    manualSelector: false,
    parallelism: 1,
    podReplacementPolicy: spec['podFailurePolicy'] === undefined ? 'TerminatingOrFailed' : 'Failed',
    suspend: false,
  })
}

function fillReplicationController(controller: Fields): void {
  const labels = fieldsAt(controller, 'spec', 'template', 'metadata', 'labels')
  if (Object.keys(labels).length === 0) return
  const [metadata, spec] = [ensure(controller, 'metadata'), ensure(controller, 'spec')]
  if (Object.keys(fieldsAt(spec, 'selector')).length === 0) spec['selector'] = clone(labels)
  if (Object.keys(fieldsAt(metadata, 'labels')).length === 0) metadata['labels'] = clone(labels)
}

/** Ties a new Job to its pods by its uid, unless its author chose the selector. */
export function selectJobPods(job: KubeObject): void {
  const { uid, name } = job.metadata
  const spec = ensure(job, 'spec')
  if (spec['manualSelector'] === true || uid === undefined) return
  const labels = ensure(ensure(ensure(spec, 'template'), 'metadata'), 'labels')
  Object.assign(labels, {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  })
  const matchLabels = ensure(ensure(spec, 'selector'), 'matchLabels')
  matchLabels['batch.kubernetes.io/controller-uid'] = uid
}
