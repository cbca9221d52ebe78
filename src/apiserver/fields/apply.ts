import type { KubeObject, Schema } from '#api'
import { canonicalJson, clone, SluiceError } from '#base'
import { collectFields } from './collect.ts'
import { type Comparison, compareFields } from './compare.ts'
import { describeConflict, type FieldConflict } from './conflict.ts'
import {
  difference,
  emptySet,
  type FieldSet,
  formatPath,
  intersection,
  isEmpty,
  pathsOf,
  sameSet,
  union,
} from './field-set.ts'
import { giveUp } from './give-up.ts'
import { allowedByLastApplied, syncLastApplied } from './last-applied.ts'
import { mergeApplied } from './merge.ts'
import { formatOwners, identityOf, mapOwners, type Owner, type Owners, readOwners } from './owners.ts'
import { rootSchema } from './root.ts'
import { ownable, type Scope, serverMetadata, within } from './scope.ts'
import { itemProblems } from './shape.ts'
import { trackOwners } from './track.ts'

/** A server-side apply. */
export interface ApplyInput extends Scope {
  schema: Schema
  /** Absent when the object is created. */
  live?: KubeObject
  applied: KubeObject
  manager: string
  /** Take conflicting fields from their owners. */
  force: boolean
  /** RFC 3339, seconds. */
  now: string
}

export type ApplyResult = { object: KubeObject } | { conflicts: FieldConflict[] }

/**
 * Server-side apply: the merged object with its managedFields, the live object itself when nothing changed, or the conflicts.
 * Throws `OBJECT_INVALID` for applied managedFields, and for an applied list that names an item twice: `details.problems`
 * then says which, in kube-apiserver's words.
 */
export function applyPatch(input: ApplyInput): ApplyResult {
  const schema = rootSchema(input.schema)
  const { live, manager, subresource = '' } = input
  if (input.applied.metadata.managedFields?.length)
    throw new SluiceError(
      'OBJECT_INVALID',
      `Cannot apply ${input.applied.kind} ${input.applied.metadata.name}: found metadata.managedFields, wanted none`,
    )
  const applied = within(schema, input.applied, input)
  checkItems(schema, applied)
  const set = ownable(schema, collectFields(schema, applied), input)
  const owners = ownersBefore(input)
  const { apiVersion } = applied
  const applier: Owner = { manager, operation: 'Apply', apiVersion, subresource, time: input.now, set }
  const identity = identityOf(applier)
  const merged = mergeInto(schema, live, applied)
  const former = owners.get(identity)
  const next = new Map(owners).set(identity, applier)
  const object = former
    ? (giveUp(schema, merged, { former: former.set, owned: ownedBy(next) }) as KubeObject)
    : merged
  const changes = changesOf(schema, input, object)
  const conflicts = input.force ? [] : conflictsOf(input, schema, { owners: next, identity, changes })
  if (conflicts.length > 0) return { conflicts }
  return { object: settle(input, object, { owners: next, identity, former, changes }) }
}

function checkItems(schema: Schema, applied: KubeObject): void {
  const problems = itemProblems(schema, applied)
  if (problems.length === 0) return
  throw new SluiceError(
    'OBJECT_INVALID',
    `Cannot apply ${applied.kind} ${applied.metadata.name}: found ${problems.join('; ')}, wanted items that their keys tell apart`,
    { details: { problems } },
  )
}

interface Outcome {
  owners: Owners
  identity: string
  former: Owner | undefined
  changes: Comparison
}

function settle(
  input: ApplyInput,
  object: KubeObject,
  { owners, identity, former, changes }: Outcome,
): KubeObject {
  const { live } = input
  const changed = union(changes.added, changes.modified)
  const remaining = mapOwners(owners, (owner, key) =>
    key === identity ? owner.set : difference(difference(owner.set, changed), changes.removed),
  )
  const same = isEmpty(changed) && isEmpty(changes.removed)
  const mine = remaining.get(identity)
  const keeps = mine
    ? former && former.apiVersion === mine.apiVersion && sameSet(former.set, mine.set)
    : !former
  if (live && same && keeps && live.metadata.managedFields?.length) return live
  const result = same && live ? clone(live) : object
  const managedFields = formatOwners(remaining)
  if (managedFields.length > 0) result.metadata.managedFields = managedFields
  else delete result.metadata.managedFields
  return syncLastApplied(input, result)
}

// An object that nobody tracked gets one owner for all it holds, so that the first apply cannot take it silently.
function ownersBefore({ schema, live, now, applied }: ApplyInput): Owners {
  if (!live) return new Map()
  const owners = readOwners(live.metadata.managedFields)
  if (owners && owners.size > 0) return owners
  const after = { ...live, apiVersion: applied.apiVersion }
  return trackOwners({ schema, after, manager: 'before-first-apply', now, hasStatus: false }, new Map())
}

function mergeInto(schema: Schema, live: KubeObject | undefined, applied: KubeObject): KubeObject {
  if (!live) return clone(applied)
  const merged = mergeApplied(schema, live, applied) as KubeObject
  for (const field of serverMetadata)
    if (field in live.metadata) Object.assign(merged.metadata, pick(live, field))
  return merged
}

function pick(object: KubeObject, field: string): Record<string, unknown> {
  return { [field]: clone((object.metadata as unknown as Record<string, unknown>)[field]) }
}

function changesOf(schema: Schema, { live }: ApplyInput, object: KubeObject): Comparison {
  if (!live) return { added: collectFields(schema, object), modified: emptySet(), removed: emptySet() }
  const ignored = { apiVersion: '', metadata: { ...live.metadata, managedFields: undefined } }
  const before = { ...live, ...ignored }
  const after = { ...object, apiVersion: '', metadata: { ...object.metadata, managedFields: undefined } }
  return compareFields(schema, before, after)
}

function conflictsOf(
  input: ApplyInput,
  schema: Schema,
  { owners, identity, changes }: { owners: Owners; identity: string; changes: Comparison },
): FieldConflict[] {
  const changed = union(changes.added, changes.modified)
  const allowed = allowedByLastApplied(input, schema)
  return [...owners]
    .filter(([key]) => key !== identity)
    .flatMap(([, owner]) => {
      const contested = difference(intersection(owner.set, changed), allowed)
      return pathsOf(contested).map((path) => describeConflict(owner, formatPath(path)))
    })
    .sort((a, b) => (canonicalJson([a.message, a.field]) < canonicalJson([b.message, b.field]) ? -1 : 1))
}

function ownedBy(owners: Owners): FieldSet {
  return [...owners.values()].reduce<FieldSet>((all, { set }) => union(all, set), emptySet())
}
