import { type FieldProblem, forbidden, invalid, required, unsupported } from '../fields/problem.ts'
import { nonNegative, oneOf, type Rule } from './pod-rules.ts'
import { selects } from './selector-rules.ts'
import { type Fields, fieldsAt, textAt, valueAt } from './walk.ts'

/** The rules of the kinds that make pods, by type. */
export const workloadRules: Readonly<Record<string, Rule>> = {
  'apps.v1.DeploymentSpec': deploymentProblems,
  'apps.v1.ReplicaSetSpec': (spec, path) => [
    ...nonNegative(spec, path, 'replicas', 'minReadySeconds'),
    ...selectorProblems(spec, path, 'replicaset'),
    ...templateProblems(spec, path, 'ReplicaSet'),
  ],
  'apps.v1.DaemonSetSpec': (spec, path) => [
    ...selectorProblems(spec, path, 'daemonset'),
    ...templateProblems(spec, path, 'DaemonSet'),
    ...nonNegative(spec, path, 'minReadySeconds', 'revisionHistoryLimit'),
    ...strategyProblems(spec, path, 'updateStrategy', ['RollingUpdate', 'OnDelete']),
  ],
  'apps.v1.StatefulSetSpec': statefulSetProblems,
  'batch.v1.JobSpec': jobProblems,
  'batch.v1.CronJobSpec': cronJobProblems,
}

function deploymentProblems(spec: Fields, path: string): FieldProblem[] {
  const { progressDeadlineSeconds, minReadySeconds = 0 } = spec
  const late =
    typeof progressDeadlineSeconds === 'number' &&
    typeof minReadySeconds === 'number' &&
    progressDeadlineSeconds <= minReadySeconds
  const deadline = `${path}.progressDeadlineSeconds`
  return [
    ...nonNegative(spec, path, 'replicas'),
    ...selectorProblems(spec, path, 'deployment'),
    ...templateProblems(spec, path, 'ReplicaSet'),
    ...strategyProblems(spec, path, 'strategy', ['Recreate', 'RollingUpdate']),
    ...nonNegative(spec, path, 'minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds'),
    ...(late ? [invalid(deadline, progressDeadlineSeconds, 'must be greater than minReadySeconds')] : []),
  ]
}

function statefulSetProblems(spec: Fields, path: string): FieldProblem[] {
  const management = textAt(spec, 'podManagementPolicy')
  const known = ['OrderedReady', 'Parallel'].includes(management)
  return [
    ...(known
      ? []
      : [invalid(`${path}.podManagementPolicy`, management, "must be 'OrderedReady' or 'Parallel'")]),
    ...nonNegative(spec, path, 'replicas', 'minReadySeconds'),
    ...selectorProblems(spec, path, 'statefulset'),
    ...templateProblems(spec, path, 'StatefulSet'),
  ]
}

function selectorProblems(spec: Fields, path: string, kind: string): FieldProblem[] {
  const { selector } = spec
  const problems: FieldProblem[] = []
  const rules = fieldsAt(spec, 'selector')
  const labels = fieldsAt(spec, 'template', 'metadata', 'labels')
  if (selector === undefined) problems.push(required(`${path}.selector`))
  else if (Object.keys(rules).length === 0)
    problems.push(invalid(`${path}.selector`, selector, `empty selector is invalid for ${kind}`))
  if (selector === undefined || !selects(rules, labels)) {
    const detail = '`selector` does not match template `labels`'
    problems.push(invalid(`${path}.template.metadata.labels`, labels, detail))
  }
  return problems
}

// Pods of these kinds run for ever.
function templateProblems(spec: Fields, path: string, kind: string): FieldProblem[] {
  const policy = textAt(spec, 'template', 'spec', 'restartPolicy')
  const deadline = valueAt(spec, 'template', 'spec', 'activeDeadlineSeconds')
  const below = `${path}.template.spec`
  return [
    ...(policy === '' || policy === 'Always'
      ? []
      : [unsupported(`${below}.restartPolicy`, policy, ['Always'])]),
    ...(deadline === undefined
      ? []
      : [forbidden(`${below}.activeDeadlineSeconds`, `activeDeadlineSeconds in ${kind} is not Supported`)]),
  ]
}

function strategyProblems(
  spec: Fields,
  path: string,
  name: string,
  types: readonly string[],
): FieldProblem[] {
  const strategy = fieldsAt(spec, name)
  const problems = oneOf(strategy, `${path}.${name}`, 'type', types)
  const rolling = fieldsAt(strategy, 'rollingUpdate')
  const here = `${path}.${name}.rollingUpdate`
  if (strategy['type'] !== 'RollingUpdate' && Object.keys(rolling).length > 0)
    problems.push(
      forbidden(here, `may not be specified when strategy \`type\` is '${textAt(strategy, 'type')}'`),
    )
  for (const field of ['maxUnavailable', 'maxSurge']) {
    const value = rolling[field]
    if (typeof value === 'number' && value < 0)
      problems.push(invalid(`${here}.${field}`, value, 'must be greater than or equal to 0'))
    if (typeof value === 'string' && !/^\d+%$/.test(value))
      problems.push(invalid(`${here}.${field}`, value, percent))
  }
  if (isZero(rolling['maxUnavailable']) && isZero(rolling['maxSurge']) && name === 'strategy')
    problems.push(
      invalid(`${here}.maxUnavailable`, rolling['maxUnavailable'], 'may not be 0 when `maxSurge` is 0'),
    )
  return problems
}

const percent =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"

function isZero(value: unknown): boolean {
  return value === 0 || value === '0%'
}

function jobProblems(spec: Fields, path: string): FieldProblem[] {
  const policy = textAt(spec, 'template', 'spec', 'restartPolicy')
  const field = `${path}.template.spec.restartPolicy`
  const allowed = ['OnFailure', 'Never']
  return [
    ...nonNegative(spec, path, 'parallelism', 'completions', 'backoffLimit', 'activeDeadlineSeconds'),
    ...nonNegative(spec, path, 'ttlSecondsAfterFinished'),
    ...(allowed.includes(policy) ? [] : [required(field, 'valid values: "OnFailure", "Never"')]),
  ]
}

function cronJobProblems(spec: Fields, path: string): FieldProblem[] {
  const schedule = textAt(spec, 'schedule')
  const fields = schedule.trim().split(/\s+/)
  const macro = /^@(?:yearly|annually|monthly|weekly|daily|midnight|hourly|every .+)$/.test(schedule)
  const here = `${path}.schedule`
  const problems: FieldProblem[] = []
  if (schedule === '') problems.push(required(here))
  else if (schedule.includes('TZ'))
    problems.push(invalid(here, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'))
  else if (!macro && fields.length !== 5) {
    const found = `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`
    problems.push(invalid(here, schedule, found))
  }
  return [
    ...problems,
    ...oneOf(spec, path, 'concurrencyPolicy', ['Allow', 'Forbid', 'Replace']),
    ...nonNegative(
      spec,
      path,
      'startingDeadlineSeconds',
      'successfulJobsHistoryLimit',
      'failedJobsHistoryLimit',
    ),
  ]
}
