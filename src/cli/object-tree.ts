import { groupOf, type Kustomization, kustomizeGroup } from '#api'
import { isCode } from '#base'
import { type Cluster, formatRef, type ObjectRef, parseEntry } from '#kube'

/** An object and what it has brought into the cluster. */
export interface ObjectTree {
  ref: ObjectRef
  children: ObjectTree[]
}

/**
 * Reads what a Kustomization owns from its inventory, and goes down into Kustomizations among that, but not into those of
 * another cluster. `compact` keeps kinds of Flux only. Throws `KUBE_NOT_FOUND` when the first one is not there.
 */
export async function growTree(
  cluster: Cluster,
  ref: ObjectRef,
  { compact }: { compact: boolean },
): Promise<ObjectTree> {
  const grow = async (at: ObjectRef, above: readonly string[]): Promise<ObjectTree> => {
    const { spec, status } = (await cluster.get(at)) as Kustomization
    const isElsewhere = above.length > 0 && spec.kubeConfig !== undefined
    const refs = isElsewhere ? [] : (status?.inventory?.entries ?? []).map(parseEntry)
    const shown = compact ? refs.filter(isOfFlux) : refs
    const here = [...above, formatRef(at)]
    const children: ObjectTree[] = []
    for (const child of shown) {
      // A Kustomization may well contain itself.
      const isBranch = isKustomization(child) && !here.includes(formatRef(child))
      children.push(isBranch ? await grow(child, here).catch(leafOf(child)) : { ref: child, children: [] })
    }
    return { ref: at, children }
  }
  return grow(ref, [])
}

/** The tree as text, two characters of line a level. */
export function formatTree({ ref, children }: ObjectTree): string {
  const lines = (nodes: readonly ObjectTree[], indent: string): string =>
    nodes
      .map((node, i) => {
        const isLast = i === nodes.length - 1
        const below = lines(node.children, `${indent}${isLast ? '    ' : '│   '}`)
        return `${indent}${isLast ? '└── ' : '├── '}${formatRef(node.ref)}\n${below}`
      })
      .join('')
  return `${formatRef(ref)}\n${lines(children, '')}`
}

/** The tree with the field names that Flux prints. */
export function treeValue({ ref, children }: ObjectTree): unknown {
  const { namespace = '', name, apiVersion, kind } = ref
  return {
    resource: { Namespace: namespace, Name: name, GroupKind: { Group: groupOf(apiVersion), Kind: kind } },
    ...(children.length > 0 ? { resources: children.map(treeValue) } : {}),
  }
}

// In the inventory but gone from the cluster: still a leaf.
function leafOf(ref: ObjectRef): (error: unknown) => ObjectTree {
  return (error) => {
    if (isCode(error, 'KUBE_NOT_FOUND', 'KUBE_KIND_UNKNOWN')) return { ref, children: [] }
    throw error
  }
}

function isKustomization({ apiVersion, kind }: ObjectRef): boolean {
  return kind === 'Kustomization' && groupOf(apiVersion) === kustomizeGroup
}

function isOfFlux({ apiVersion }: ObjectRef): boolean {
  return groupOf(apiVersion).includes('toolkit.fluxcd.io')
}
