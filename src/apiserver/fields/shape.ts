import type { Schema } from '#api'
import { canonicalJson, isObject } from '#base'
import { schemaOf } from './default.ts'
import { formatPath } from './field-set.ts'
import { fieldOf } from './prune.ts'
import { rootSchema } from './root.ts'

/** How a value takes part in ownership: owned whole, field by field, or item by item. */
export type Shape = 'leaf' | 'map' | 'list'

/** A part of a value with the step that names it and the schema that governs it; no schema means: deduce from the value. */
export interface Part {
  step: string
  value: unknown
  schema: Schema | undefined
  /** A declared field: its presence follows from its children, so it is never named on its own. */
  declared: boolean
}

export function shapeOf(schema: Schema | undefined, value: unknown): Shape {
  if (isObject(value)) return schema?.['x-kubernetes-map-type'] === 'atomic' ? 'leaf' : 'map'
  if (!Array.isArray(value)) return 'leaf'
  const type = schema?.['x-kubernetes-list-type']
  if (type === 'set') return 'list'
  return type === 'map' && value.every(isObject) ? 'list' : 'leaf'
}

/** The parts of a granular value, in its own order. */
export function partsOf(schema: Schema | undefined, value: unknown): Part[] {
  if (Array.isArray(value)) {
    const items = schema?.items
    return value.map((item) => ({
      step: itemStep(schema, item),
      value: item,
      schema: items,
      declared: false,
    }))
  }
  if (!isObject(value)) return []
  const shape = schema?.['x-kubernetes-embedded-resource'] ? rootSchema(schema) : schema
  return Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .map((key) => ({
      step: `f:${key}`,
      value: value[key],
      schema: shape && schemaOf(shape, key),
      declared: shape !== undefined && fieldOf(shape, key) !== undefined,
    }))
}

/** The parts by step; several under one step are duplicates in a list that ought to have none. */
export function groupParts(parts: readonly Part[]): Map<string, Part[]> {
  const groups = new Map<string, Part[]>()
  for (const part of parts) groups.set(part.step, [...(groups.get(part.step) ?? []), part])
  return groups
}

/** What keeps a keyed list or set of an applied configuration from being merged: items named twice or without a key. */
export function itemProblems(
  schema: Schema | undefined,
  value: unknown,
  path: readonly string[] = [],
): string[] {
  if (shapeOf(schema, value) === 'leaf') return []
  return [...groupParts(partsOf(schema, value))].flatMap(([step, group]) => {
    if (Array.isArray(value) && step === 'k:{}') {
      const keys = schema?.['x-kubernetes-list-map-keys']?.map((key) => JSON.stringify(key)).join(', ')
      return [`${formatPath(path)}: associative list with keys has an element that omits key field ${keys}`]
    }
    if (Array.isArray(value) && group.length > 1)
      return [`${formatPath(path)}: duplicate entries for key ${formatPath([step])}`]
    return group.flatMap((part) => itemProblems(part.schema, part.value, [...path, step]))
  })
}

function itemStep(schema: Schema | undefined, item: unknown): string {
  if (schema?.['x-kubernetes-list-type'] !== 'map') return `v:${canonicalJson(item ?? null)}`
  const fields = isObject(item) ? item : {}
  const keys = (schema['x-kubernetes-list-map-keys'] ?? []).flatMap((key) => {
    const value = fields[key] ?? schema.items?.properties?.[key]?.default
    return value === undefined ? [] : [[key, value] as const]
  })
  return `k:${canonicalJson(Object.fromEntries(keys))}`
}
