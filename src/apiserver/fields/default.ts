import type { Schema } from '#api'
import { clone, isObject, setOwn } from '#base'
import { fieldOf } from './prune.ts'

/**
 * Structural defaulting in place (apiextensions/v1): a null in a field that is not nullable counts as absent, then absent
 * fields with a default get a copy of it. Nothing is made up for absent parents.
 */
export function setDefaults(schema: Schema, value: unknown): void {
  if (Array.isArray(value)) {
    const { items } = schema
    if (!items) return
    value.forEach((item: unknown, index) => {
      if (item === null && !items.nullable && items.default !== undefined) value[index] = clone(items.default)
      setDefaults(items, value[index])
    })
    return
  }
  if (!isObject(value)) return
  dropNulls(schema, value)
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    if (child.default !== undefined && (!Object.hasOwn(value, key) || value[key] === undefined))
      setOwn(value, key, clone(child.default))
  }
  for (const [key, item] of Object.entries(value)) {
    const child = schemaOf(schema, key)
    if (child) setDefaults(child, item)
  }
}

function dropNulls(schema: Schema, value: Record<string, unknown>): void {
  for (const key of Object.keys(value)) {
    const child = schemaOf(schema, key)
    if (value[key] !== null || !child || child.nullable) continue
    if (fieldOf(schema, key) || child.default === undefined) delete value[key]
    else setOwn(value, key, clone(child.default))
  }
}

/** The schema that governs a key: its own, or that of all other keys. */
export function schemaOf(schema: Schema, key: string): Schema | undefined {
  const own = fieldOf(schema, key)
  if (own) return own
  return isObject(schema.additionalProperties) ? schema.additionalProperties : undefined
}
