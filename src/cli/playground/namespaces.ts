import type { KubeObject } from '#api'
import { SluiceError } from '#base'
import { type Cluster, findResource } from '#kube'

/**
 * The namespace that objects without one are to go to: `default` when none of the others names another; undefined when
 * every object says where it belongs. Throws `NAMESPACE_AMBIGUOUS` when some do and some do not.
 */
export async function targetNamespaceFor(
  objects: readonly KubeObject[],
  cluster: Cluster,
): Promise<string | undefined> {
  const named = new Set(objects.flatMap(({ metadata }) => (metadata.namespace ? [metadata.namespace] : [])))
  const homeless = await asyncFind(objects, async (object) => {
    if (object.metadata.namespace) return false
    const resource = await findResource(cluster, object)
    return resource?.namespaced === true
  })
  if (!homeless) return undefined
  if ([...named].every((namespace) => namespace === 'default')) return 'default'
  throw new SluiceError(
    'NAMESPACE_AMBIGUOUS',
    `Cannot deliver ${homeless.kind}/${homeless.metadata.name}: found no namespace in it and ${[...named].join(', ')} in others, wanted metadata.namespace or --target-namespace`,
  )
}

/** Namespace objects for every namespace that the objects use and do not bring along. */
export function namespacesFor(objects: readonly KubeObject[], extra: readonly string[]): KubeObject[] {
  const brought = new Set(
    objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name),
  )
  const used = new Set([
    ...extra,
    ...objects.flatMap(({ metadata }) => (metadata.namespace ? [metadata.namespace] : [])),
  ])
  return [...used]
    .filter((name) => !brought.has(name))
    .map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }))
}

async function asyncFind<T>(
  items: readonly T[],
  test: (item: T) => Promise<boolean>,
): Promise<T | undefined> {
  for (const item of items) if (await test(item)) return item
  return undefined
}
