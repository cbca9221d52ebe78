import type { KubeObject } from '#api'
import { equal } from '#base'
import { type FieldProblem, forbidden, invalid } from '../fields/problem.ts'
import type { BuiltinKind } from './kind.ts'
import { parseQuantity } from './quantity.ts'
import { type Fields, fieldsAt, textAt, valueAt } from './walk.ts'

type Check = (next: KubeObject, old: KubeObject) => FieldProblem[]

const immutable = 'field is immutable'

// What may change in a StatefulSet, in the order in which the real server's message names it.
const changeable = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]

const checks: Readonly<Record<string, Check>> = {
  'apps/Deployment': fixed('spec.selector'),
  'apps/ReplicaSet': fixed('spec.selector'),
  'apps/DaemonSet': fixed('spec.selector'),
  'apps/StatefulSet': frozenStatefulSet,
  'batch/Job': frozenJob,
  '/Service': frozenService,
  '/PersistentVolumeClaim': frozenClaim,
  '/Secret': (next, old) => [...fixed('type')(next, old), ...frozenData(next, old)],
  '/ConfigMap': frozenData,
  '/Pod': frozenPod,
  'rbac.authorization.k8s.io/RoleBinding': frozenRoleRef,
  'rbac.authorization.k8s.io/ClusterRoleBinding': frozenRoleRef,
  'storage.k8s.io/StorageClass': fixed('parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'),
  'scheduling.k8s.io/PriorityClass': (next, old) => [
    ...(next['value'] === old['value'] ? [] : [forbidden('value', 'may not be changed in an update.')]),
    ...fixed('preemptionPolicy')(next, old),
  ],
}

/** What an update changed that cannot be changed once the object exists. */
export function frozenProblems(kind: BuiltinKind, next: KubeObject, old: KubeObject): FieldProblem[] {
  return checks[`${kind.group}/${kind.kind}`]?.(next, old) ?? []
}

function fixed(...paths: string[]): Check {
  return (next, old) =>
    paths.flatMap((path) => {
      const value = valueAt(next, ...path.split('.'))
      return equal(value, valueAt(old, ...path.split('.'))) ? [] : [invalid(path, value, immutable)]
    })
}

function frozenStatefulSet(next: KubeObject, old: KubeObject): FieldProblem[] {
  const rest = (object: KubeObject): Fields =>
    Object.fromEntries(Object.entries(fieldsAt(object, 'spec')).filter(([key]) => !changeable.includes(key)))
  if (equal(rest(next), rest(old))) return []
  const named = changeable.map((field) => `'${field}'`)
  const list = `${named.slice(0, -1).join(', ')} and ${named.at(-1)}`
  return [forbidden('spec', `updates to statefulset spec for fields other than ${list} are forbidden`)]
}

function frozenJob(next: KubeObject, old: KubeObject): FieldProblem[] {
  const indexed = textAt(next, 'spec', 'completionMode') === 'Indexed'
  const fields = [
    'selector',
    'completionMode',
    'podFailurePolicy',
    'backoffLimitPerIndex',
    'managedBy',
    'successPolicy',
  ]
  const completions = indexed ? [] : fixed('spec.completions')(next, old)
  // A Job that is suspended and has not begun may still be scheduled elsewhere.
  const waiting =
    valueAt(old, 'spec', 'suspend') === true && valueAt(old, 'status', 'startTime') === undefined
  const template = waiting ? [] : fixed('spec.template')(next, old)
  return [...completions, ...template, ...fixed(...fields.map((field) => `spec.${field}`))(next, old)]
}

function frozenService(next: KubeObject, old: KubeObject): FieldProblem[] {
  const external = [next, old].some((object) => textAt(object, 'spec', 'type') === 'ExternalName')
  const before = textAt(old, 'spec', 'clusterIP')
  const after = textAt(next, 'spec', 'clusterIP')
  if (external || before === '' || after === before) return []
  const shown = valueAt(next, 'spec', 'clusterIPs') ?? [after]
  return [invalid('spec.clusterIPs[0]', shown, 'may not change once set')]
}

function frozenClaim(next: KubeObject, old: KubeObject): FieldProblem[] {
  const bound = textAt(next, 'status', 'phase') === 'Bound'
  const free = bound ? ['volumeAttributesClassName'] : []
  if (textAt(old, 'spec', 'volumeName') === '') free.push('volumeName')
  const rest = (object: KubeObject): Fields => {
    const spec = Object.fromEntries(
      Object.entries(fieldsAt(object, 'spec')).filter(([key]) => !free.includes(key)),
    )
    return bound ? { ...spec, resources: { ...fieldsAt(spec, 'resources'), requests: undefined } } : spec
  }
  const problems: FieldProblem[] = []
  if (!equal(rest(next), rest(old))) {
    const detail =
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'
    problems.push(forbidden('spec', detail))
  }
  const sizeOf = (object: KubeObject): bigint =>
    parseQuantity(valueAt(object, 'spec', 'resources', 'requests', 'storage'))?.nanos ?? 0n
  if (sizeOf(next) < sizeOf(old))
    problems.push(forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity'))
  return problems
}

function frozenData(next: KubeObject, old: KubeObject): FieldProblem[] {
  if (old['immutable'] !== true) return []
  const detail = 'field is immutable when `immutable` is set'
  const changed = ['data', 'binaryData'].filter((field) => !equal(next[field], old[field]))
  const lifted = next['immutable'] === true ? [] : ['immutable']
  return [...lifted, ...changed].map((field) => forbidden(field, detail))
}

function frozenPod(next: KubeObject, old: KubeObject): FieldProblem[] {
  const free = new Set([
    'activeDeadlineSeconds',
    'tolerations',
    'nodeName',
    'schedulingGates',
    'ephemeralContainers',
  ])
  const lists = ['containers', 'initContainers']
  const rest = (object: KubeObject): Fields => {
    const spec = fieldsAt(object, 'spec')
    const kept = Object.entries(spec).filter(([key]) => !free.has(key))
    return Object.fromEntries(
      kept.map(([key, value]) => [
        key,
        lists.includes(key) && Array.isArray(value) ? value.map(withoutImage) : value,
      ]),
    )
  }
  if (equal(rest(next), rest(old))) return []
  const detail =
    'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'
  return [forbidden('spec', detail)]
}

function withoutImage(container: Fields): Fields {
  const { image: _image, ...rest } = container
  return rest
}

function frozenRoleRef(next: KubeObject, old: KubeObject): FieldProblem[] {
  if (equal(next['roleRef'], old['roleRef'])) return []
  const [group, kind, name] = ['apiGroup', 'kind', 'name'].map((field) => textAt(next, 'roleRef', field))
  return [invalid('roleRef', { APIGroup: group, Kind: kind, Name: name }, 'cannot change roleRef')]
}
