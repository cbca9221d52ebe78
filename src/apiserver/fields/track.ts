import type { KubeObject, ManagedFieldsEntry, Schema } from '#api'
import { type Comparison, compareFields } from './compare.ts'
import { difference, isEmpty, union } from './field-set.ts'
import {
  capUpdaters,
  formatOwners,
  identityOf,
  mapOwners,
  type Owner,
  type Owners,
  readOwners,
} from './owners.ts'
import { isBuiltin, rootSchema } from './root.ts'
import { emptyObject, ownable, type Scope } from './scope.ts'

/** A create, update or patch that has been decoded and defaulted, not yet stored. */
export interface UpdateInput extends Scope {
  schema: Schema
  /** Absent when the object is created. */
  before?: KubeObject
  after: KubeObject
  manager: string
  /** RFC 3339, seconds. */
  now: string
}

/**
 * metadata.managedFields after `manager` wrote `after`: what it changed or added is its own and nobody else's, what it removed
 * is nobody's. Entries that the client sent replace the stored ones, and `[{}]` clears them; an object without entries gets
 * none until it is applied.
 */
export function trackUpdate(input: UpdateInput): ManagedFieldsEntry[] {
  const owners = formerOwners(input)
  if (owners.size === 0 && input.before) return []
  return formatOwners(trackOwners(input, owners))
}

/** As {@link trackUpdate}, on owners that are already read. */
export function trackOwners(input: UpdateInput, owners: Owners): Owners {
  const { after, manager, now, subresource = '' } = input
  const { added, modified, removed } = changesOf(input)
  const changed = union(added, modified)
  const result = mapOwners(owners, ({ set }) => difference(difference(set, changed), removed))
  if (isEmpty(changed)) return result
  const updater: Omit<Owner, 'set'> = {
    manager,
    operation: 'Update',
    apiVersion: after.apiVersion,
    subresource,
    time: now,
  }
  const identity = identityOf(updater)
  result.set(identity, { ...updater, set: union(result.get(identity)?.set, changed) })
  return capUpdaters(result)
}

function changesOf(input: UpdateInput): Comparison {
  const schema = rootSchema(input.schema)
  const empty = isBuiltin(input.schema) ? emptyObject(schema, input.after) : {}
  const { added, modified, removed } = compareFields(schema, input.before ?? empty, input.after)
  return {
    added: ownable(schema, added, input),
    modified: ownable(schema, modified, input),
    removed: ownable(schema, removed, input),
  }
}

function formerOwners({ before, after, subresource }: UpdateInput): Owners {
  const live = readOwners(before?.metadata.managedFields) ?? new Map<string, Owner>()
  const sent = after.metadata.managedFields
  // Clients that know nothing of managedFields leave them out, which must not erase them.
  if (subresource !== undefined || !sent || sent.length === 0) return live
  if (sent.length === 1 && Object.keys(sent[0] ?? {}).length === 0) return new Map()
  const owners = readOwners(sent)
  return owners && owners.size > 0 ? owners : live
}
