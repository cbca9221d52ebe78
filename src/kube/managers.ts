import type { KubeObject, ManagedFieldsEntry } from '#api'
import { isObject } from '#base'

/** Annotations that client-side tools leave behind and that have no meaning once an object is applied by a server. */
export const foreignAnnotations: readonly string[] = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'kustomize.toolkit.fluxcd.io/checksum',
  'fluxcd.io/sync-checksum',
]

/**
 * The object's managedFields after the entries of kubectl and of earlier client-side writes have been folded into ours,
 * so that the next apply drops what only they had set; undefined when there is nothing to fold.
 */
export function adoptFields(object: KubeObject, manager: string): ManagedFieldsEntry[] | undefined {
  const entries = object.metadata.managedFields ?? []
  const taken = entries.filter((entry) => isForeign(entry, manager))
  if (taken.length === 0) return undefined
  const own = entries.find((entry) => isOwn(entry, manager)) ?? {
    manager,
    operation: 'Apply' as const,
    apiVersion: object.apiVersion,
    fieldsType: 'FieldsV1' as const,
    fieldsV1: {},
  }
  const fieldsV1 = taken.reduce<Record<string, unknown>>(
    (all, entry) => union(all, entry.fieldsV1 ?? {}),
    own.fieldsV1 ?? {},
  )
  const rest = entries.filter((entry) => !taken.includes(entry) && !isOwn(entry, manager))
  return [{ ...own, fieldsV1 }, ...rest]
}

function isOwn(entry: ManagedFieldsEntry, manager: string): boolean {
  return entry.manager === manager && entry.operation === 'Apply' && !entry.subresource
}

function isForeign({ manager = '', operation, subresource }: ManagedFieldsEntry, own: string): boolean {
  if (subresource) return false
  return (
    manager.startsWith('kubectl') ||
    manager === 'before-first-apply' ||
    (manager === own && operation === 'Update')
  )
}

function union(a: Record<string, unknown>, b: Record<string, unknown>): Record<string, unknown> {
  const result = { ...a }
  for (const [key, value] of Object.entries(b)) {
    const known = result[key]
    result[key] = isObject(known) && isObject(value) ? union(known, value) : value
  }
  return result
}
