import type { Schema } from '#api'
import { isObject, SluiceError } from '#base'
import { schemasText } from './kinds.gen.ts'

type Raw = Record<string, unknown>

interface Catalog {
  raw?: Raw
  resolved?: ReadonlyMap<string, Schema>
}

// Filled on first use: the command line must not pay for 447 schemas at its start.
const catalog: Catalog = {}

const prefix = '#/components/schemas/'
const quantity = 'io.k8s.apimachinery.pkg.api.resource.Quantity'
const intOrString = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString'

/** A schema that knows the built-in type it stands for, for example `core.v1.Container`. */
export interface TypedSchema extends Schema {
  'x-sluice-type'?: string
}

/** `components.schemas` of the built-in kinds' OpenAPI v3, with `$ref`; shared, not to be changed. */
export function rawSchemas(): Record<string, unknown> {
  catalog.raw ??= JSON.parse(schemasText) as Raw
  return catalog.raw
}

/**
 * The schema of a built-in type with its references followed. It may contain itself (JSONSchemaProps does), and it is shared:
 * not to be changed. Throws `SCHEMA_UNKNOWN`.
 */
export function builtinSchema(schemaName: string): Schema {
  catalog.resolved ??= resolveAll(rawSchemas())
  const schema = catalog.resolved.get(schemaName)
  if (schema) return schema
  throw new SluiceError(
    'SCHEMA_UNKNOWN',
    `Cannot describe ${schemaName}: found no such type, wanted a built-in one`,
  )
}

function resolveAll(raw: Raw): ReadonlyMap<string, Schema> {
  const named = new Map<string, Schema>(Object.keys(raw).map((name) => [name, {}]))
  // A reference with siblings is a copy of its target, and targets may still be empty while the walk goes on.
  const late: (() => void)[] = []
  for (const [name, source] of Object.entries(raw)) {
    const type = { 'x-sluice-type': shortName(name) }
    Object.assign(
      named.get(name) ?? {},
      resolve(source as Raw, named, late),
      special(name, source as Raw),
      type,
    )
  }
  for (const finish of late) finish()
  return named
}

/** `io.k8s.api.core.v1.Pod` is `core.v1.Pod`, `io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta` is `meta.v1.ObjectMeta`. */
export function shortName(name: string): string {
  return name.split('.').slice(-3).join('.')
}

function special(name: string, source: Raw): Schema {
  if (name === quantity) return { format: 'quantity' }
  if (name === intOrString) return { 'x-kubernetes-int-or-string': true }
  const free = !source['properties'] && !source['additionalProperties']
  const typeless = source['type'] === undefined || source['type'] === 'object'
  return free && typeless && !name.endsWith('SubresourceStatus')
    ? { 'x-kubernetes-preserve-unknown-fields': true }
    : {}
}

function resolve(source: Raw, named: ReadonlyMap<string, Schema>, late: (() => void)[]): Schema {
  const { $ref, allOf, oneOf: _oneOf, ...siblings } = source
  const reference =
    $ref ?? (Array.isArray(allOf) && allOf.length === 1 ? (allOf[0] as Raw)['$ref'] : undefined)
  const own = inner(siblings, named, late)
  if (typeof reference !== 'string') return own
  const target = named.get(reference.slice(prefix.length)) ?? {}
  if (Object.keys(own).length === 0) return target
  const copy: Schema = {}
  late.push(() => Object.assign(copy, target, own))
  return copy
}

function inner(source: Raw, named: ReadonlyMap<string, Schema>, late: (() => void)[]): Schema {
  const schema: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(source)) {
    if (key === 'properties' && isObject(value)) {
      const children = Object.entries(value).map(([name, child]) => [
        name,
        resolve(child as Raw, named, late),
      ])
      schema[key] = Object.fromEntries(children)
    } else if ((key === 'items' || key === 'additionalProperties') && isObject(value)) {
      schema[key] = resolve(value, named, late)
    } else schema[key] = value
  }
  return schema
}
