import type { Schema } from '#api'
import { isObject } from '#base'
import { at } from './problem.ts'
import { rootSchema } from './root.ts'

/**
 * Removes fields that the schema does not know, in place, and returns their paths in order (`spec.foo`, `spec.list[0].bar`).
 * apiVersion, kind and metadata belong to every object; `x-kubernetes-preserve-unknown-fields` keeps what it covers.
 */
export function prune(schema: Schema, value: unknown): string[] {
  const removed: string[] = []
  visit(rootSchema(schema), value, '', removed)
  return removed.sort()
}

function visit(schema: Schema, value: unknown, path: string, removed: string[]): void {
  if (Array.isArray(value)) {
    const { items } = schema
    if (items) value.forEach((item: unknown, index) => visit(items, item, `${path}[${index}]`, removed))
    return
  }
  if (!isObject(value)) return
  const shape = schema['x-kubernetes-embedded-resource'] ? rootSchema(schema) : schema
  for (const key of Object.keys(value)) visitField(shape, value, key, { path, removed })
}

function visitField(
  schema: Schema,
  value: Record<string, unknown>,
  key: string,
  { path, removed }: { path: string; removed: string[] },
): void {
  const { additionalProperties: more } = schema
  const child = fieldOf(schema, key)
  if (child) visit(child, value[key], at(path, key), removed)
  else if (isObject(more)) visit(more, value[key], at(path, key), removed)
  else if (more !== true && !schema['x-kubernetes-preserve-unknown-fields']) {
    delete value[key]
    removed.push(at(path, key))
  }
}

/** The schema of a declared field; a name such as `constructor` is no field by accident. */
export function fieldOf(schema: Schema, key: string): Schema | undefined {
  return schema.properties && Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined
}
