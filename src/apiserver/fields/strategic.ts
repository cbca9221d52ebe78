import type { Schema } from '#api'
import { canonicalJson, clone, equal, isObject, SluiceError, setOwn } from '#base'
import { schemaOf } from './default.ts'

type Fields = Record<string, unknown>

const orderPrefix = '$setElementOrder/'
const deletePrefix = '$deleteFromPrimitiveList/'
const directives = ['$patch', '$retainKeys']

/**
 * Strategic merge patch: lists merge by the schema's patch merge key, and `$patch`, `$retainKeys`, `$setElementOrder/…`,
 * `$deleteFromPrimitiveList/…` are obeyed. A new value; throws `PATCH_INVALID`.
 */
export function strategicMergePatch(schema: Schema, current: unknown, patch: unknown): unknown {
  if (!isObject(patch)) throw bad('the patch', JSON.stringify(patch) ?? 'nothing', 'an object')
  return mergeMap(schema, isObject(current) ? clone(current) : {}, clone(patch)) ?? {}
}

/** The merged map; undefined when the patch deletes it. */
function mergeMap(schema: Schema | undefined, current: Fields, patch: Fields): Fields | undefined {
  const directive = patch['$patch']
  if (directive === 'delete') return undefined
  if (directive === 'replace') return strip(patch) as Fields
  if (directive !== undefined && directive !== 'merge')
    throw bad('$patch', JSON.stringify(directive), 'replace, delete or merge')
  const kept = retain(current, patch)
  for (const [key, value] of Object.entries(patch)) {
    if (isDirective(key)) continue
    const child = schema && schemaOf(schema, key)
    const merged = value === null ? undefined : mergeValue(child, kept[key], value)
    if (merged === undefined) delete kept[key]
    else setOwn(kept, key, merged)
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(deletePrefix)) dropFrom(kept, key.slice(deletePrefix.length), value)
    if (key.startsWith(orderPrefix)) reorder(schema, { current, kept, patch }, key.slice(orderPrefix.length))
  }
  return kept
}

function mergeValue(schema: Schema | undefined, current: unknown, value: unknown): unknown {
  if (isObject(value)) return mergeMap(schema, isObject(current) ? clone(current) : {}, value)
  if (!Array.isArray(value)) return value
  if (!strategies(schema).includes('merge')) return strip(value)
  const list = Array.isArray(current) ? (current as unknown[]) : []
  const mergeKey = schema?.['x-kubernetes-patch-merge-key']
  const merged =
    schema && mergeKey && value.every(isObject)
      ? mergeKeyed(schema, list, value)
      : union(list, strip(value) as unknown[])
  return ordered(merged, { order: value, before: list, mergeKey })
}

function mergeKeyed(schema: Schema, current: unknown[], patch: Fields[]): unknown[] {
  const key = schema['x-kubernetes-patch-merge-key'] ?? ''
  if (patch.some((item) => item['$patch'] === 'replace' && item[key] === undefined))
    return patch.filter((item) => item['$patch'] !== 'replace').map(strip)
  let list = clone(current)
  for (const item of patch) {
    const identity = item[key]
    if (identity === undefined) throw bad(canonicalJson(item), 'no merge key', `the key ${key}`)
    const same = (other: unknown): boolean => isObject(other) && equal(other[key], identity)
    const index = list.findIndex(same)
    if (item['$patch'] === 'delete') {
      list = list.filter((other) => !same(other))
      continue
    }
    const merged = mergeMap(schema.items, index < 0 ? {} : (list[index] as Fields), item)
    if (index < 0) list.push(merged)
    else list[index] = merged
  }
  return list
}

function union(current: unknown[], more: unknown[]): unknown[] {
  const list = [...current]
  for (const item of more) if (!list.some((other) => equal(other, item))) list.push(item)
  return list
}

function retain(current: Fields, patch: Fields): Fields {
  const keys = patch['$retainKeys']
  if (keys === undefined) return current
  if (!Array.isArray(keys)) throw bad('$retainKeys', JSON.stringify(keys), 'a list of keys')
  return Object.fromEntries(Object.entries(current).filter(([key]) => keys.includes(key)))
}

function dropFrom(kept: Fields, key: string, values: unknown): void {
  if (!Array.isArray(values)) throw bad(`${deletePrefix}${key}`, JSON.stringify(values), 'a list')
  const list = kept[key]
  if (!Array.isArray(list)) return
  kept[key] = list.filter((item) => !values.some((value) => equal(value, item)))
}

function reorder(
  schema: Schema | undefined,
  { current, kept, patch }: { current: Fields; kept: Fields; patch: Fields },
  key: string,
): void {
  const order = patch[`${orderPrefix}${key}`]
  const list = kept[key]
  if (!Array.isArray(order)) throw bad(`${orderPrefix}${key}`, JSON.stringify(order), 'a list')
  if (!Array.isArray(list)) return
  const mergeKey = (schema && schemaOf(schema, key))?.['x-kubernetes-patch-merge-key']
  const before = Array.isArray(current[key]) ? (current[key] as unknown[]) : []
  kept[key] = ordered(list, { order, before, mergeKey })
}

interface Order {
  /** The items, or their keys, as the patch names them. */
  order: readonly unknown[]
  /** The list before the patch. */
  before: readonly unknown[]
  mergeKey: string | undefined
}

// Items that the patch names come in its order; one of the server's own stays in front of the next item it preceded, and
// behind what is new.
function ordered(list: readonly unknown[], { order, before, mergeKey }: Order): unknown[] {
  const identity = (item: unknown): string =>
    canonicalJson((mergeKey && isObject(item) ? item[mergeKey] : item) ?? null)
  const wanted = placesOf(order.map(identity))
  const places = placesOf(before.map(identity))
  const placeOf = (item: unknown): number => places.get(identity(item)) ?? -1
  const named = list
    .filter((item) => wanted.has(identity(item)))
    .sort((a, b) => (wanted.get(identity(a)) ?? 0) - (wanted.get(identity(b)) ?? 0))
  const others = list.filter((item) => !wanted.has(identity(item))).sort((a, b) => placeOf(a) - placeOf(b))
  const result: unknown[] = []
  let next = 0
  for (const item of named) {
    const place = placeOf(item)
    while (next < others.length && placeOf(others[next]) < place) result.push(others[next++])
    result.push(item)
  }
  return [...result, ...others.slice(next)]
}

function placesOf(identities: readonly string[]): Map<string, number> {
  // Of two with one identity the first counts.
  return new Map(identities.map((identity, place) => [identity, place] as const).reverse())
}

function strategies(schema: Schema | undefined): string[] {
  return (schema?.['x-kubernetes-patch-strategy'] ?? '').split(',')
}

/** Directives have no meaning in a value that is new, and must not be stored. */
function strip(value: unknown): unknown {
  if (Array.isArray(value))
    return value.filter((item) => !isObject(item) || item['$patch'] !== 'delete').map(strip)
  if (!isObject(value)) return value
  const result: Fields = {}
  for (const [key, item] of Object.entries(value)) {
    if (!isDirective(key) && item !== null) setOwn(result, key, strip(item))
  }
  return result
}

function isDirective(key: string): boolean {
  return directives.includes(key) || key.startsWith(orderPrefix) || key.startsWith(deletePrefix)
}

function bad(where: string, found: string, wanted: string): SluiceError {
  return new SluiceError('PATCH_INVALID', `Cannot patch: ${where}: found ${found}, wanted ${wanted}`)
}
