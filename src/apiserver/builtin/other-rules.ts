import { isObject } from '#base'
import { type FieldProblem, forbidden, invalid, required, unsupported } from '../fields/problem.ts'
import { check, labelProblems } from './metadata-rules.ts'
import { dataKey, dnsSubdomain, qualifiedName } from './names.ts'
import { oneOf, type Rule } from './pod-rules.ts'
import { type Fields, fieldsAt, textAt, valueAt } from './walk.ts'

const rbac = 'rbac.authorization.k8s.io'
const maxDataBytes = 1024 * 1024
const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
const requiredKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
}

/** The rules of all other types. */
export const otherRules: Readonly<Record<string, Rule>> = {
  'meta.v1.ObjectMeta': (value, path) =>
    path === 'metadata' ? [] : labelProblems(textsOf(fieldsAt(value, 'labels')), `${path}.labels`),
  'core.v1.ConfigMap': configMapProblems,
  'core.v1.Secret': secretProblems,
  'core.v1.PersistentVolumeClaimSpec': claimProblems,
  'rbac.v1.Role': (value) => roleProblems(value, true),
  'rbac.v1.ClusterRole': (value) => roleProblems(value, false),
  'rbac.v1.RoleBinding': (value) => roleRefProblems(value, ['Role', 'ClusterRole']),
  'rbac.v1.ClusterRoleBinding': (value) => roleRefProblems(value, ['ClusterRole']),
  'rbac.v1.Subject': subjectProblems,
  'autoscaling.v1.HorizontalPodAutoscalerSpec': autoscalerProblems,
  'autoscaling.v2.HorizontalPodAutoscalerSpec': autoscalerProblems,
  'policy.v1.PodDisruptionBudgetSpec': budgetProblems,
  'storage.v1.StorageClass': storageClassProblems,
  'scheduling.v1.PriorityClass': priorityProblems,
}

function configMapProblems(map: Fields): FieldProblem[] {
  const [data, binary] = [fieldsAt(map, 'data'), fieldsAt(map, 'binaryData')]
  const both = Object.keys(data).filter((key) => Object.hasOwn(binary, key))
  const bytes = sizeOf(data, (text) => Buffer.byteLength(text)) + sizeOf(binary, decodedLength)
  return [
    ...keyProblems(data, 'data'),
    ...both.map((key) => invalid(`data[${key}]`, key, 'duplicate of key present in binaryData')),
    ...keyProblems(binary, 'binaryData'),
    ...base64Problems(binary, 'binaryData'),
    ...tooLarge(bytes, '<nil>'),
  ]
}

function secretProblems(secret: Fields): FieldProblem[] {
  const data = fieldsAt(secret, 'data')
  const type = textAt(secret, 'type')
  const missing = (requiredKeys[type] ?? []).filter((key) => !Object.hasOwn(data, key))
  const basic =
    type === 'kubernetes.io/basic-auth' &&
    !Object.hasOwn(data, 'username') &&
    !Object.hasOwn(data, 'password')
  const account = 'kubernetes.io/service-account.name'
  const nameless =
    type === 'kubernetes.io/service-account-token' && !valueAt(secret, 'metadata', 'annotations', account)
  return [
    ...keyProblems(data, 'data'),
    ...base64Problems(data, 'data'),
    ...tooLarge(sizeOf(data, decodedLength), 'data'),
    ...[...missing, ...(basic ? ['username', 'password'] : [])].map((key) => required(`data[${key}]`)),
    ...(nameless ? [required(`metadata.annotations[${account}]`)] : []),
  ]
}

function keyProblems(data: Fields, path: string): FieldProblem[] {
  return Object.keys(data).flatMap((key) =>
    dataKey(key).map((problem) => invalid(`${path}[${key}]`, key, problem)),
  )
}

// The values of a Secret are never repeated in a message.
function base64Problems(data: Fields, path: string): FieldProblem[] {
  const pattern = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
  return Object.entries(data)
    .filter(([, value]) => typeof value === 'string' && !pattern.test(value.replaceAll(/[\r\n]/g, '')))
    .map(([key]) => invalid(`${path}[${key}]`, '<contents redacted>', 'illegal base64 data'))
}

function sizeOf(data: Fields, measure: (text: string) => number): number {
  let total = 0
  for (const value of Object.values(data)) if (typeof value === 'string') total += measure(value)
  return total
}

function decodedLength(text: string): number {
  return Buffer.byteLength(text, 'base64')
}

function tooLarge(bytes: number, field: string): FieldProblem[] {
  if (bytes <= maxDataBytes) return []
  return [
    { field, reason: 'FieldValueTooLong', message: `Too long: may not be more than ${maxDataBytes} bytes` },
  ]
}

function claimProblems(spec: Fields, path: string): FieldProblem[] {
  const modes: unknown[] = Array.isArray(spec['accessModes']) ? spec['accessModes'] : []
  const storage = valueAt(spec, 'resources', 'requests', 'storage')
  const here = `${path}.accessModes`
  return [
    ...(modes.length === 0 ? [required(here, 'at least 1 access mode is required')] : []),
    ...modes
      .filter((mode) => !accessModes.includes(String(mode)))
      .map((mode) => unsupported(here, mode, accessModes)),
    ...(storage === undefined ? [required(`${path}.resources[storage]`)] : []),
    ...oneOf(spec, path, 'volumeMode', ['Block', 'Filesystem']),
  ]
}

function roleProblems(role: Fields, namespaced: boolean): FieldProblem[] {
  const rules: unknown[] = Array.isArray(role['rules']) ? role['rules'] : []
  return rules.filter(isObject).flatMap((rule, index) => ruleProblems(rule, `rules[${index}]`, namespaced))
}

function ruleProblems(rule: Fields, path: string, namespaced: boolean): FieldProblem[] {
  const has = (name: string): boolean => Array.isArray(rule[name]) && rule[name].length > 0
  const problems = has('verbs') ? [] : [required(`${path}.verbs`, 'verbs must contain at least one value')]
  const urls = `${path}.nonResourceURLs`
  if (has('nonResourceURLs')) {
    const value = rule['nonResourceURLs']
    if (namespaced) problems.push(invalid(urls, value, 'namespaced rules cannot apply to non-resource URLs'))
    if (has('apiGroups') || has('resources') || has('resourceNames'))
      problems.push(
        invalid(urls, value, 'rules cannot apply to both regular resources and non-resource URLs'),
      )
    return problems
  }
  if (!has('apiGroups'))
    problems.push(required(`${path}.apiGroups`, 'resource rules must supply at least one api group'))
  if (!has('resources'))
    problems.push(required(`${path}.resources`, 'resource rules must supply at least one resource'))
  return problems
}

function roleRefProblems(binding: Fields, kinds: readonly string[]): FieldProblem[] {
  const [group, kind, name] = ['apiGroup', 'kind', 'name'].map((field) => textAt(binding, 'roleRef', field))
  return [
    ...(group === rbac ? [] : [unsupported('roleRef.apiGroup', group, [rbac])]),
    ...(kinds.includes(kind ?? '') ? [] : [unsupported('roleRef.kind', kind, kinds)]),
    ...(name ? [] : [required('roleRef.name')]),
  ]
}

function subjectProblems(subject: Fields, path: string): FieldProblem[] {
  const [kind, group, name] = [textAt(subject, 'kind'), textAt(subject, 'apiGroup'), textAt(subject, 'name')]
  const kinds = ['ServiceAccount', 'User', 'Group']
  const wanted = kind === 'ServiceAccount' ? '' : rbac
  const problems: FieldProblem[] = name === '' ? [required(`${path}.name`)] : []
  if (!kinds.includes(kind)) return [...problems, unsupported(`${path}.kind`, kind, kinds)]
  if (group !== wanted) problems.push(unsupported(`${path}.apiGroup`, group, [wanted]))
  if (kind === 'ServiceAccount' && name !== '') problems.push(...check(dnsSubdomain, name, `${path}.name`))
  return problems
}

function autoscalerProblems(spec: Fields, path: string): FieldProblem[] {
  const { minReplicas, maxReplicas } = spec
  const here = `${path}.maxReplicas`
  const problems: FieldProblem[] = []
  if (typeof minReplicas === 'number' && minReplicas < 1)
    problems.push(invalid(`${path}.minReplicas`, minReplicas, 'must be greater than or equal to 1'))
  if (!maxReplicas) problems.push(required(here, 'must be set and greater than 0'))
  else if (typeof maxReplicas === 'number' && maxReplicas < 0)
    problems.push(invalid(here, maxReplicas, 'must be greater than or equal to 1'))
  if (typeof minReplicas === 'number' && typeof maxReplicas === 'number' && maxReplicas < minReplicas)
    problems.push(invalid(here, maxReplicas, 'must be greater than or equal to `minReplicas`'))
  for (const field of ['kind', 'name'])
    if (textAt(spec, 'scaleTargetRef', field) === '')
      problems.push(required(`${path}.scaleTargetRef.${field}`))
  return problems
}

function budgetProblems(spec: Fields, path: string): FieldProblem[] {
  const both = spec['minAvailable'] !== undefined && spec['maxUnavailable'] !== undefined
  return both ? [invalid(path, spec, 'minAvailable and maxUnavailable cannot be both set')] : []
}

function storageClassProblems(value: Fields): FieldProblem[] {
  const provisioner = textAt(value, 'provisioner')
  if (provisioner === '') return [required('provisioner')]
  return check(qualifiedName, provisioner.toLowerCase(), 'provisioner')
}

function priorityProblems(value: Fields): FieldProblem[] {
  const highest = 1_000_000_000
  const { value: priority } = value
  const system = textAt(value, 'metadata', 'name').startsWith('system-')
  const high = typeof priority === 'number' && priority > highest && !system
  return high ? [forbidden('value', `maximum allowed value of a user defined priority is ${highest}`)] : []
}

function textsOf(fields: Fields): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, String(value)]))
}
