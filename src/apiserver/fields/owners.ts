import type { KubeObject, ManagedFieldsEntry } from '#api'
import { equal } from '#base'
import { type FieldSet, formatFieldSet, isEmpty, parseFieldSet, union } from './field-set.ts'

/** One manager's paths, as one entry of metadata.managedFields holds them. */
export interface Owner {
  manager: string
  operation: 'Apply' | 'Update'
  apiVersion: string
  subresource: string
  /** RFC 3339, seconds. */
  time: string | undefined
  set: FieldSet
}

/** Owners by identity. An applier keeps its identity when it moves to another version, an updater does not. */
export type Owners = ReadonlyMap<string, Owner>

// kube-apiserver's cap, so that objects touched by a thousand clients do not grow without end.
const maxUpdaters = 10
const bucketName = 'ancient-changes'

export function identityOf(owner: Omit<Owner, 'set' | 'time'>): string {
  const { manager, operation, apiVersion, subresource } = owner
  return JSON.stringify([manager, operation, operation === 'Apply' ? '' : apiVersion, subresource])
}

/** The owners in metadata.managedFields; undefined when an entry cannot be read. */
export function readOwners(entries: readonly ManagedFieldsEntry[] | undefined): Owners | undefined {
  const owners = new Map<string, Owner>()
  for (const entry of entries ?? []) {
    const { manager = '', operation, apiVersion = '', subresource = '', time, fieldsType, fieldsV1 } = entry
    const set = parseFieldSet(fieldsV1 ?? {})
    if ((operation !== 'Apply' && operation !== 'Update') || fieldsType !== 'FieldsV1' || !set)
      return undefined
    const owner = { manager, operation, apiVersion, subresource, time, set }
    owners.set(identityOf(owner), owner)
  }
  return owners
}

/** metadata.managedFields: appliers before updaters, each by time, then by name. */
export function formatOwners(owners: Owners): ManagedFieldsEntry[] {
  return [...owners.values()].sort(compareOwners).map((owner) => ({
    apiVersion: owner.apiVersion,
    fieldsType: 'FieldsV1',
    fieldsV1: formatFieldSet(owner.set),
    manager: owner.manager,
    operation: owner.operation,
    ...(owner.subresource === '' ? {} : { subresource: owner.subresource }),
    ...(owner.time === undefined ? {} : { time: owner.time }),
  }))
}

/** Whether two states of an object differ in nothing but the times of their managedFields. */
export function sameButTimes(a: KubeObject, b: KubeObject): boolean {
  return equal(withoutTimes(a), withoutTimes(b))
}

/** Owners with changed sets; those who own nothing any more are gone. */
export function mapOwners(
  owners: Owners,
  change: (owner: Owner, identity: string) => FieldSet,
): Map<string, Owner> {
  const result = new Map<string, Owner>()
  for (const [identity, owner] of owners) {
    const set = change(owner, identity)
    if (!isEmpty(set)) result.set(identity, { ...owner, set })
  }
  return result
}

/** Folds the oldest updaters of a version together until at most ten updaters are left. */
export function capUpdaters(owners: Owners): Owners {
  const updaters = [...owners].filter(([, owner]) => owner.operation === 'Update')
  let surplus = updaters.length - maxUpdaters
  if (surplus <= 0) return owners
  const result = new Map(owners)
  const firstOf = new Map<string, string>()
  for (const [identity, owner] of updaters.sort(([, a], [, b]) => compareOwners(a, b))) {
    if (surplus <= 0) break
    const first = firstOf.get(owner.apiVersion)
    if (first === undefined) {
      firstOf.set(owner.apiVersion, identity)
      continue
    }
    const bucket: Owner = { ...owner, manager: bucketName, subresource: '' }
    const key = identityOf(bucket)
    const before = result.get(key) ?? result.get(first)
    if (!result.has(key)) result.delete(first)
    result.delete(identity)
    result.set(key, { ...bucket, set: union(before?.set, owner.set) })
    surplus--
  }
  return result
}

function withoutTimes(object: KubeObject): unknown {
  const { managedFields = [], ...metadata } = object.metadata
  return { ...object, metadata, managedFields: managedFields.map(({ time: _time, ...entry }) => entry) }
}

function compareOwners(a: Owner, b: Owner): number {
  return (
    compareText(a.operation, b.operation) ||
    compareText(a.time ?? '', b.time ?? '') ||
    compareText(a.manager, b.manager) ||
    compareText(a.apiVersion, b.apiVersion) ||
    compareText(a.subresource, b.subresource)
  )
}

function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
