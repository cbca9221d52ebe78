import { formatGvk, idOf, type Resource } from './resource.ts'

const first = [
  'Namespace',
  'ResourceQuota',
  'StorageClass',
  'CustomResourceDefinition',
  'ServiceAccount',
  'PodSecurityPolicy',
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'ConfigMap',
  'Secret',
  'Endpoints',
  'Service',
  'LimitRange',
  'PriorityClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Deployment',
  'StatefulSet',
  'CronJob',
  'PodDisruptionBudget',
]
const last = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration']

/** The order of `kustomize build`: kinds that others need first, the rest by group, version, kind, namespace and name. */
export function legacyOrder(
  orderFirst: readonly string[] = first,
  orderLast: readonly string[] = last,
): (a: Resource, b: Resource) => number {
  const ranks = new Map<string, number>([
    ...orderFirst.map((kind, index) => [kind, index - orderFirst.length] as const),
    ...orderLast.map((kind, index) => [kind, index + 1] as const),
  ])
  return (a, b) => {
    const [one, two] = [idOf(a.object), idOf(b.object)]
    const rank = (ranks.get(one.kind) ?? 0) - (ranks.get(two.kind) ?? 0)
    if (rank !== 0) return rank
    const gvk = compare(gvkKey(one), gvkKey(two))
    return gvk !== 0 ? gvk : compare(idKey(one), idKey(two))
  }
}

type Id = ReturnType<typeof idOf>

function gvkKey({ group, version, kind }: Id): string {
  return [group || '~G', version || '~V', kind || '~K'].join('_')
}

function idKey(id: Id): string {
  return [formatGvk(id), id.namespace || '~X', id.name || '~N'].join('|')
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
