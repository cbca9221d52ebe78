import type { Schema } from '#api'
import { isObject } from '#base'
import type { TypedSchema } from './schemas.ts'

/** A JSON object whose fields are not known yet. */
export type Fields = Record<string, unknown>

/** A value inside a built-in object, with its schema, its type (`core.v1.Container`) and its path. */
export interface Place {
  value: unknown
  schema: Schema
  type: string
  path: string
}

/** Visits a value and all that its schema describes below it, parents first, so that a visitor may fill in children. */
export function walk(schema: Schema, value: unknown, visit: (place: Place) => void, path = ''): void {
  if (value === undefined || value === null) return
  visit({ value, schema, type: (schema as TypedSchema)['x-sluice-type'] ?? '', path })
  if (Array.isArray(value)) {
    const { items } = schema
    if (items) value.forEach((item: unknown, index) => walk(items, item, visit, `${path}[${index}]`))
    return
  }
  if (!isObject(value)) return
  const { properties = {}, additionalProperties: more } = schema
  for (const key of Object.keys(value)) {
    const own = Object.hasOwn(properties, key) ? properties[key] : undefined
    if (own) walk(own, value[key], visit, path === '' ? key : `${path}.${key}`)
    else if (isObject(more)) walk(more, value[key], visit, `${path}[${key}]`)
  }
}

/** The object at a key, an empty one when there is none; writing to that one changes nothing. */
export function fieldsAt(value: unknown, ...keys: string[]): Fields {
  const found = valueAt(value, ...keys)
  return isObject(found) ? found : {}
}

/** The objects of the list at a key. */
export function listAt(value: unknown, ...keys: string[]): Fields[] {
  const found = valueAt(value, ...keys)
  return Array.isArray(found) ? found.filter(isObject) : []
}

/** The text at a key, empty when there is none. */
export function textAt(value: unknown, ...keys: string[]): string {
  const found = valueAt(value, ...keys)
  return typeof found === 'string' ? found : ''
}

export function valueAt(value: unknown, ...keys: string[]): unknown {
  return keys.reduce<unknown>(
    (found, key) => (isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined),
    value,
  )
}
