import { groupOf, type KubeObject } from '#api'

// What others stand on comes first, what may refuse others comes last; contracts of Flux's own order (kustomize's, in
// turn). Kinds that are not listed lie between the two.
const first = [
  'CustomResourceDefinition',
  'Namespace',
  'ClusterRole',
  'ClusterClass',
  'RuntimeClass',
  'PriorityClass',
  'StorageClass',
  'VolumeSnapshotClass',
  'IngressClass',
  'GatewayClass',
  'ClusterRoleBinding',
  'ResourceQuota',
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'ConfigMap',
  'Secret',
  'Service',
  'LimitRange',
  'Deployment',
  'StatefulSet',
  'CronJob',
  'PodDisruptionBudget',
]
const last = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration']
const rank: ReadonlyMap<string, number> = new Map([
  ...first.map((kind, index) => [kind, index - first.length] as const),
  ...last.map((kind, index) => [kind, index + 1] as const),
])

const definitions = new Set(['CustomResourceDefinition', 'Namespace', 'ClusterRole'])

/** One step of an apply: its objects in order, and whether the next step must wait until they are current. */
export interface Stage {
  objects: KubeObject[]
  wait: boolean
}

/** Objects in stages: definitions, classes, the rest; each sorted, empty ones left out. */
export function stagesOf(objects: readonly KubeObject[]): Stage[] {
  const sorted = [...objects].sort(compareObjects)
  const isClass = (object: KubeObject): boolean =>
    !definitions.has(object.kind) && object.kind.endsWith('Class')
  const stages = [
    { objects: sorted.filter((object) => definitions.has(object.kind)), wait: true },
    { objects: sorted.filter(isClass), wait: true },
    { objects: sorted.filter((object) => !definitions.has(object.kind) && !isClass(object)), wait: false },
  ]
  return stages.filter((stage) => stage.objects.length > 0)
}

/** The order of applying: by kind, then group, kind, namespace and name. */
export function compareObjects(a: KubeObject, b: KubeObject): number {
  return (
    (rank.get(a.kind) ?? 0) - (rank.get(b.kind) ?? 0) ||
    compare(groupOf(a.apiVersion), groupOf(b.apiVersion)) ||
    compare(a.kind, b.kind) ||
    compare(a.metadata.namespace ?? '', b.metadata.namespace ?? '') ||
    compare(a.metadata.name, b.metadata.name)
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
