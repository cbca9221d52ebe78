import type { KubeObject, Schema } from '#api'
import { isObject } from '#base'
import type { BuiltinKind } from './kind.ts'
import { formatQuantity, parseQuantity } from './quantity.ts'
import { builtinSchema } from './schemas.ts'
import { type Fields, fieldsAt, walk } from './walk.ts'

// Go writes these lists even when they are empty.
const keptEmpty = new Set(['rules', 'ports', 'currentMetrics', 'endpoints'])

/**
 * Brings an object into the form in which Go's types would write it again, in place: no nulls, no empty optional lists and
 * maps, quantities in canonical form, a Secret's stringData folded into data.
 */
export function prepareBuiltin(kind: BuiltinKind, object: KubeObject): void {
  if (kind.group === '' && kind.kind === 'Secret') foldStringData(object)
  walk(builtinSchema(kind.schemaName), object, ({ value, schema }) => {
    if (isObject(value)) tidy(schema, value)
    else if (Array.isArray(value) && schema.items) canonicalize(schema.items, value)
  })
}

function tidy(schema: Schema, value: Fields): void {
  const { properties = {}, additionalProperties: more, required = [] } = schema
  for (const key of Object.keys(value)) {
    const child = Object.hasOwn(properties, key) ? properties[key] : isObject(more) ? more : undefined
    if (!child) continue
    const item = value[key]
    const optional = Object.hasOwn(properties, key) && !required.includes(key) && !keptEmpty.has(key)
    if (item === null || (optional && isEmptyCollection(child, item))) delete value[key]
    else value[key] = canonical(child, item)
  }
}

function canonicalize(items: Schema, list: unknown[]): void {
  list.forEach((item, index) => {
    list[index] = canonical(items, item)
  })
}

function canonical(schema: Schema, value: unknown): unknown {
  if (schema.format !== 'quantity') return value
  const quantity = parseQuantity(value)
  return quantity ? formatQuantity(quantity) : value
}

function isEmptyCollection(schema: Schema, value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  return isObject(value) && isObject(schema.additionalProperties) && Object.keys(value).length === 0
}

// Written by people, never stored: the server encodes it, and it wins over data of the same name.
function foldStringData(secret: KubeObject): void {
  const { stringData } = secret
  if (!isObject(stringData)) return
  const added = Object.entries(stringData).map(([key, text]) => [
    key,
    typeof text === 'string' ? Buffer.from(text).toString('base64') : text,
  ])
  delete secret['stringData']
  if (added.length > 0) secret['data'] = { ...fieldsAt(secret, 'data'), ...Object.fromEntries(added) }
}
