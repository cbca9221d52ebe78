import type { Schema } from '#api'
import { clone, isObject } from '#base'
import { prune } from './prune.ts'
import { rootSchema } from './root.ts'

/**
 * The fields of an object that its schema does not declare, as paths of structured-merge-diff, which names list items by
 * their keys: `.spec.ports[port=80,protocol="TCP"].foo`. Changes nothing.
 */
export function undeclaredFields(schema: Schema, object: unknown): string[] {
  return prune(schema, clone(object)).map((path) => typedPath(rootSchema(schema), object, stepsOf(path)))
}

// The path of prune(): `spec.ports[0].foo`.
function stepsOf(path: string): (string | number)[] {
  return [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, name = '']) =>
    index === undefined ? name : Number(index),
  )
}

function typedPath(
  schema: Schema | undefined,
  value: unknown,
  [step, ...rest]: readonly (string | number)[],
): string {
  if (step === undefined) return ''
  if (typeof step === 'number') {
    const item = Array.isArray(value) ? (value[step] as unknown) : undefined
    return `[${itemName(schema, item, step)}]${typedPath(schema?.items, item, rest)}`
  }
  const { properties, additionalProperties: more } = schema ?? {}
  const child =
    properties && Object.hasOwn(properties, step) ? properties[step] : isObject(more) ? more : undefined
  return `.${step}${typedPath(child, isObject(value) ? value[step] : undefined, rest)}`
}

function itemName(schema: Schema | undefined, item: unknown, index: number): string {
  const keys = schema?.['x-kubernetes-list-map-keys']
  if (schema?.['x-kubernetes-list-type'] !== 'map' || !keys || !isObject(item)) return String(index)
  const named = [...keys]
    .sort()
    .map((key) => [key, item[key] ?? schema.items?.properties?.[key]?.default] as const)
  return named.map(([key, value]) => `${key}=${JSON.stringify(value ?? null)}`).join(',')
}
