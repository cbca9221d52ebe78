import { groupOf, type Inventory, type InventoryEntry, type KubeObject, versionOf } from '#api'
import { SluiceError } from '#base'
import type { ObjectRef } from './cluster.ts'
import { compareObjects } from './order.ts'

/** The inventory entry of an object: id `<namespace>_<name>_<group>_<kind>`, with `:` of RBAC names as `__`. */
export function entryOf({ apiVersion, kind, metadata }: KubeObject): InventoryEntry {
  const name = metadata.name.replaceAll(':', '__')
  return {
    id: [metadata.namespace ?? '', name, groupOf(apiVersion), kind].join('_'),
    v: versionOf(apiVersion),
  }
}

/** The inventory of a set of objects, in the order of applying. */
export function inventoryOf(objects: readonly KubeObject[]): Inventory {
  return { entries: [...objects].sort(compareObjects).map(entryOf) }
}

/** The object that an entry names; throws `INVENTORY_INVALID`. */
export function parseEntry({ id, v }: InventoryEntry): ObjectRef {
  const [namespace, ...rest] = id.split('_')
  const kind = rest.pop()
  const group = rest.pop()
  const name = rest.join('_').replaceAll('__', ':')
  if (namespace === undefined || kind === undefined || group === undefined || name === '' || kind === '') {
    throw new SluiceError(
      'INVENTORY_INVALID',
      `Cannot read inventory entry: found "${id}", wanted <namespace>_<name>_<group>_<kind>`,
    )
  }
  return {
    apiVersion: group === '' ? v : `${group}/${v}`,
    kind,
    name,
    ...(namespace === '' ? {} : { namespace }),
  }
}

/** Entries of `before` that `after` no longer has; an object that only changed its version is still there. */
export function staleEntries(before: Inventory | undefined, after: Inventory): InventoryEntry[] {
  const kept = new Set(after.entries.map((entry) => entry.id))
  return (before?.entries ?? []).filter((entry) => !kept.has(entry.id))
}

/** Everything that either holds: what must be recorded before an apply that turns one into the other. */
export function unionOf(before: Inventory | undefined, after: Inventory): Inventory {
  return { entries: [...after.entries, ...staleEntries(before, after)] }
}
