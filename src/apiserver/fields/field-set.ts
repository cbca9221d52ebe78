import { canonicalJson, isObject, setOwn } from '#base'

/**
 * A set of field paths as a tree. A step is written as FieldsV1 writes it (structured-merge-diff): `f:name`, `k:{"name":"x"}`,
 * `v:"value"`, `i:0`. Sets share their subtrees, so only a set that is being made is changed, by `insert` and `descend`.
 */
export interface FieldSet {
  /** Whether this path itself belongs to the set. */
  member: boolean
  steps: Map<string, FieldSet>
}

export function emptySet(): FieldSet {
  return { member: false, steps: new Map() }
}

export function isEmpty(set: FieldSet): boolean {
  return !set.member && [...set.steps.values()].every(isEmpty)
}

/** The child at a step, made when absent. */
export function descend(set: FieldSet, step: string): FieldSet {
  const known = set.steps.get(step)
  if (known) return known
  const made = emptySet()
  set.steps.set(step, made)
  return made
}

/** Adds one path, in place. */
export function insert(set: FieldSet, path: readonly string[]): void {
  path.reduce(descend, set).member = true
}

export function union(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet {
  if (!b || a === b) return a ?? emptySet()
  return a ? combine(a, b, (inA, inB) => inA || inB) : b
}

/** The paths of `a` that `b` does not have; what lies below a path of `b` stays. */
export function difference(a: FieldSet, b: FieldSet | undefined): FieldSet {
  // Most subtrees have nothing in common, and are shared as they are.
  if (!b || (!b.member && b.steps.size === 0)) return a
  const steps = new Map<string, FieldSet>()
  for (const [step, child] of a.steps) {
    const left = difference(child, b.steps.get(step))
    if (left.member || left.steps.size > 0) steps.set(step, left)
  }
  return { member: a.member && !b.member, steps }
}

export function intersection(a: FieldSet, b: FieldSet | undefined): FieldSet {
  const steps = new Map<string, FieldSet>()
  if (!b) return { member: false, steps }
  for (const [step, child] of a.steps) {
    const other = b.steps.get(step)
    const common = other && intersection(child, other)
    if (common && (common.member || common.steps.size > 0)) steps.set(step, common)
  }
  return { member: a.member && b.member, steps }
}

/** `set` without the paths of `other` and without everything below them. */
export function differenceBelow(set: FieldSet, other: FieldSet): FieldSet {
  if (other.member) return emptySet()
  const steps = new Map<string, FieldSet>()
  for (const [step, child] of set.steps) {
    const rest = other.steps.get(step)
    const left = rest ? differenceBelow(child, rest) : child
    if (!isEmpty(left)) steps.set(step, left)
  }
  return { member: set.member, steps }
}

export function sameSet(a: FieldSet, b: FieldSet): boolean {
  return a === b || isEmpty(combine(a, b, (inA, inB) => inA !== inB))
}

/** Every path of the set, parents first, in FieldsV1 order. */
export function pathsOf(set: FieldSet, path: readonly string[] = []): string[][] {
  const own = set.member ? [[...path]] : []
  return [...own, ...sortedSteps(set).flatMap(([step, child]) => pathsOf(child, [...path, step]))]
}

function combine(
  a: FieldSet | undefined,
  b: FieldSet | undefined,
  keep: (inA: boolean, inB: boolean) => boolean,
): FieldSet {
  const steps = new Map<string, FieldSet>()
  for (const step of new Set([...(a?.steps.keys() ?? []), ...(b?.steps.keys() ?? [])])) {
    const child = combine(a?.steps.get(step), b?.steps.get(step), keep)
    if (child.member || child.steps.size > 0) steps.set(step, child)
  }
  return { member: keep(a?.member ?? false, b?.member ?? false), steps }
}

// The managedFields of stored objects are frozen and read again with every write.
const parsed = new WeakMap<object, FieldSet>()

/** FieldsV1 → set; undefined when it is not one. */
export function parseFieldSet(fields: unknown): FieldSet | undefined {
  if (!isObject(fields)) return undefined
  const known = parsed.get(fields)
  if (known) return known
  const set = readFieldSet(fields)
  if (set && Object.isFrozen(fields)) parsed.set(fields, set)
  return set
}

function readFieldSet(fields: Record<string, unknown>): FieldSet | undefined {
  const set = emptySet()
  for (const [key, value] of Object.entries(fields)) {
    if (key === '.') {
      set.member = true
      continue
    }
    const step = parseStep(key)
    const child = isObject(value) ? readFieldSet(value) : undefined
    if (step === undefined || !child) return undefined
    // An empty object is a leaf of the set.
    if (!child.member && child.steps.size === 0) child.member = true
    set.steps.set(step, child)
  }
  return set
}

function parseStep(key: string): string | undefined {
  if (key.startsWith('f:')) return key
  if (/^i:(?:0|[1-9]\d*)$/.test(key)) return key
  if (!/^[kv]:/.test(key)) return undefined
  try {
    const value: unknown = JSON.parse(key.slice(2))
    return key.startsWith('k:') && !isObject(value) ? undefined : key.slice(0, 2) + canonicalJson(value)
  } catch {
    return undefined
  }
}

/** Set → FieldsV1, steps in the order that the API server keeps. */
export function formatFieldSet(set: FieldSet): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  if (set.member && set.steps.size > 0) fields['.'] = {}
  for (const [step, child] of sortedSteps(set)) setOwn(fields, step, formatFieldSet(child))
  return fields
}

/** A path as conflicts name it: `.spec.containers[name="x"].image`. */
export function formatPath(path: readonly string[]): string {
  return path.map(formatStep).join('')
}

function formatStep(step: string): string {
  const rest = step.slice(2)
  if (step.startsWith('f:')) return `.${rest}`
  if (step.startsWith('v:')) return `[=${rest}]`
  if (step.startsWith('i:')) return `[${rest}]`
  const pairs = Object.entries(JSON.parse(rest) as Record<string, unknown>)
  return `[${pairs.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`
}

function sortedSteps(set: FieldSet): [string, FieldSet][] {
  return [...set.steps].sort(([a], [b]) => compareSteps(a, b))
}

const kinds = 'fkvi'

function compareSteps(a: string, b: string): number {
  const kind = kinds.indexOf(a.charAt(0)) - kinds.indexOf(b.charAt(0))
  if (kind !== 0 || a === b) return kind
  if (a.startsWith('f:')) return a < b ? -1 : 1
  return compareValues(JSON.parse(a.slice(2)), JSON.parse(b.slice(2)))
}

function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (isObject(a) && isObject(b)) {
    for (const key of Object.keys(a)) {
      const found = compareValues(a[key], b[key])
      if (found !== 0) return found
    }
  }
  const [left, right] = [canonicalJson(a) ?? '', canonicalJson(b) ?? '']
  return left < right ? -1 : Number(left > right)
}
