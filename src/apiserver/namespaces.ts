import type { KubeObject } from '#api'
import { clone, formatTime } from '#base'
import type { Core } from './core.ts'
import { deleteObject } from './delete.ts'
import { ensureObject } from './ensure.ts'
import { settle } from './write.ts'

const bucket = '/namespaces'

/**
 * Starts the namespace controller: gives every namespace its ServiceAccount and CA ConfigMap, and empties one that is
 * being deleted before it lets it go. The result stops it.
 */
export function startNamespaces(core: Core, later: (task: () => void) => void): () => void {
  const check = (name: string): void => later(() => examine(core, name))
  for (const { metadata } of core.store.list(bucket)) check(metadata.name)
  return core.store.subscribe((changed, { type, object }) => {
    const { namespace, name } = object.metadata
    if (changed === bucket && type !== 'DELETED') check(name)
    if (changed === bucket || type !== 'DELETED' || namespace === undefined) return
    if (core.store.get(bucket, '', namespace)) check(namespace)
  })
}

function examine(core: Core, name: string): void {
  const namespace = core.store.get(bucket, '', name)
  if (!namespace) return
  if (namespace.metadata.deletionTimestamp) empty(core, namespace)
  else furnish(core, name)
}

function furnish(core: Core, namespace: string): void {
  const writer = { manager: 'kube-controller-manager' }
  ensureObject(
    core,
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } },
    writer,
  )
  ensureObject(
    core,
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'kube-root-ca.crt',
        namespace,
        annotations: {
          'kubernetes.io/description':
            'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
        },
      },
      data: { 'ca.crt': '' },
    },
    writer,
  )
}

function empty(core: Core, namespace: KubeObject): void {
  const { name } = namespace.metadata
  const contents = (): [string, KubeObject][] =>
    core.store
      .buckets()
      .flatMap((one) => core.store.list(one, name).map((object): [string, KubeObject] => [one, object]))
  for (const [where, object] of contents()) {
    const resource = core.resources.ofBucket(where)
    // A deletion before may have taken this one along.
    const current = core.store.get(where, name, object.metadata.name)
    if (resource && current && !current.metadata.deletionTimestamp)
      deleteObject(core, resource, current, { propagation: 'Background' })
  }
  const left = contents()
  const resource = core.resources.ofBucket(bucket)
  const current = core.store.get(bucket, '', name)
  if (!resource || !current) return
  const next = clone(current)
  if (left.length === 0) {
    next['spec'] = {}
    settle(core, resource, next)
    return
  }
  const status = { phase: 'Terminating', conditions: conditionsOf(left, formatTime(core.clock.now())) }
  if (JSON.stringify(messagesOf(current['status'])) === JSON.stringify(messagesOf(status))) return
  core.store.put(bucket, { ...next, status })
}

function messagesOf(status: unknown): unknown {
  const { conditions = [] } = (status ?? {}) as { conditions?: { message: string }[] }
  return conditions.map(({ message }) => message)
}

function conditionsOf(left: [string, KubeObject][], now: string): unknown[] {
  const byBucket = new Map<string, number>()
  const byFinalizer = new Map<string, number>()
  for (const [where, { metadata }] of left) {
    byBucket.set(where, (byBucket.get(where) ?? 0) + 1)
    for (const one of metadata.finalizers ?? []) byFinalizer.set(one, (byFinalizer.get(one) ?? 0) + 1)
  }
  const resources = [...byBucket].map(([where, count]) => {
    const [group, plural] = where.split('/')
    return `${plural}.${group} has ${count} resource instances`
  })
  const finalizers = [...byFinalizer].map(([one, count]) => `${one} in ${count} resource instances`)
  const condition = (type: string, reason: string, message: string): unknown => ({
    lastTransitionTime: now,
    message,
    reason,
    status: 'True',
    type,
  })
  return [
    condition(
      'NamespaceContentRemaining',
      'SomeResourcesRemain',
      `Some resources are remaining: ${resources.sort().join(', ')}`,
    ),
    condition(
      'NamespaceFinalizersRemaining',
      'SomeFinalizersRemain',
      `Some content in the namespace has finalizers remaining: ${finalizers.sort().join(', ')}`,
    ),
  ]
}
