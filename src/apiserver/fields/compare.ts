import type { Schema } from '#api'
import { equal, isObject } from '#base'
import { schemaOf } from './default.ts'
import { emptySet, type FieldSet, insert } from './field-set.ts'
import { rootSchema } from './root.ts'
import { groupParts, type Part, partsOf, type Shape, shapeOf } from './shape.ts'

/** What changed between two objects, by path. Containers that come or go are named as well as what is in them. */
export interface Comparison {
  added: FieldSet
  modified: FieldSet
  removed: FieldSet
}

/** Compares two values field by field; the order of keyed lists and sets does not count. */
export function compareFields(schema: Schema, before: unknown, after: unknown): Comparison {
  const comparison = { added: emptySet(), modified: emptySet(), removed: emptySet() }
  compare({ schema, before, after }, [], comparison)
  for (const set of Object.values(comparison)) set.member = false
  return comparison
}

interface Pair {
  schema: Schema | undefined
  before: unknown
  after: unknown
}

function compare(pair: Pair, path: readonly string[], result: Comparison): void {
  const { schema, before, after } = pair
  // Stored states share what did not change between them.
  if (before === after) return
  const shape = commonShape(schema, before, after)
  if (before === undefined) insert(result.added, path)
  else if (after === undefined) insert(result.removed, path)
  else if (shape === 'leaf' && !equal(before, after)) insert(result.modified, path)
  if (shape === 'leaf') return
  if (!Array.isArray(before) && !Array.isArray(after)) return compareMaps(pair, path, result)
  const old = groupParts(partsOf(schema, before))
  const next = groupParts(partsOf(schema, after))
  for (const step of new Set([...old.keys(), ...next.keys()]))
    compareGroup(old.get(step) ?? [], next.get(step) ?? [], { path: [...path, step], result })
}

/** Every key is a part of its own, so that nothing has to be grouped. */
function compareMaps({ schema, before, after }: Pair, path: readonly string[], result: Comparison): void {
  const shape = schema?.['x-kubernetes-embedded-resource'] ? rootSchema(schema) : schema
  const old = isObject(before) ? before : {}
  const next = isObject(after) ? after : {}
  const compareKey = (key: string): void => {
    // Keys may be called like what every object inherits.
    const was = Object.hasOwn(old, key) ? old[key] : undefined
    const is = Object.hasOwn(next, key) ? next[key] : undefined
    if (was === is) return
    compare({ schema: shape && schemaOf(shape, key), before: was, after: is }, [...path, `f:${key}`], result)
  }
  for (const key of Object.keys(old)) compareKey(key)
  for (const key of Object.keys(next)) if (!Object.hasOwn(old, key)) compareKey(key)
}

function compareGroup(
  old: readonly Part[],
  next: readonly Part[],
  { path, result }: { path: readonly string[]; result: Comparison },
): void {
  if (old.length <= 1 && next.length <= 1) {
    const schema = (next[0] ?? old[0])?.schema
    compare({ schema, before: old[0]?.value, after: next[0]?.value }, path, result)
    return
  }
  // Duplicates cannot be told apart, so all of them together count as one leaf.
  const values = (parts: readonly Part[]): unknown =>
    parts.length === 0 ? undefined : parts.map(({ value }) => value)
  compare({ schema: { type: 'array' }, before: values(old), after: values(next) }, path, result)
}

// Two empty ones are compared whole; one that turned from map to text, say, is a changed leaf.
function commonShape(schema: Schema | undefined, before: unknown, after: unknown): Shape {
  if (isBare(before) && isBare(after)) return 'leaf'
  const shapes = [before, after].filter((value) => !isNothing(value)).map((value) => shapeOf(schema, value))
  return shapes.every((shape) => shape === shapes[0]) ? (shapes[0] ?? 'leaf') : 'leaf'
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null
}

function isBare(value: unknown): boolean {
  return isNothing(value) || (typeof value === 'object' && Object.keys(value as object).length === 0)
}
