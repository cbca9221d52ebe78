import { clone, isObject, setOwn, SluiceError } from '#base'
import { type Definition, definitionOf } from './schema.ts'

type Directive = 'delete' | 'replace' | 'merge'

const directiveKey = '$patch'
/** Stands for "nothing is left". */
const gone = Symbol('gone')

/**
 * A strategic merge patch on an object, by the merge keys of the object's kind; undefined when the patch deletes the object.
 * Neither argument is changed. Throws `BUILD_PATCH_FAILED` when the two do not fit.
 */
export function strategicMerge(
  object: Record<string, unknown>,
  patch: Record<string, unknown>,
): Record<string, unknown> | undefined {
  const definition =
    definitionOf(String(object['apiVersion']), String(object['kind'])) ??
    definitionOf(String(patch['apiVersion']), String(patch['kind']))
  const merged = merge(object, clone(patch), definition, '')
  return merged === gone ? undefined : (merged as Record<string, unknown>)
}

function merge(
  target: unknown,
  patch: unknown,
  definition: Definition | undefined,
  path: string,
  mergeKeys?: readonly string[],
): unknown {
  if (patch === null) return gone
  if (patch === undefined) return target
  if (Array.isArray(patch)) return mergeList(target, patch, { definition, mergeKeys, path })
  if (isObject(patch)) return mergeMap(target, patch, definition, path)
  if (isObject(target) || Array.isArray(target)) throw mismatch(path, target, patch)
  return patch
}

function mergeMap(
  target: unknown,
  patch: Record<string, unknown>,
  definition: Definition | undefined,
  path: string,
): unknown {
  const directive = takeDirective(patch, path)
  if (directive === 'delete') return gone
  if (target !== undefined && target !== null && !isObject(target)) throw mismatch(path, target, patch)
  const result: Record<string, unknown> = isObject(target) && directive !== 'replace' ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    const field = definition?.fields.get(key)
    const before = Object.hasOwn(result, key) ? result[key] : undefined
    const after = merge(before, value, field?.type, `${path}/${key}`, field?.mergeKeys)
    if (after === gone) delete result[key]
    else setOwn(result, key, after)
  }
  return result
}

interface ListContext {
  readonly definition: Definition | undefined
  readonly mergeKeys: readonly string[] | undefined
  readonly path: string
}

function mergeList(target: unknown, patch: unknown[], context: ListContext): unknown {
  const { mergeKeys, path } = context
  if (target !== undefined && target !== null && !Array.isArray(target)) throw mismatch(path, target, patch)
  if (mergeKeys === undefined) return patch
  const [directive, elements] = takeListDirective(patch, path)
  if (directive === 'delete') return gone
  const before: unknown[] = Array.isArray(target) && directive !== 'replace' ? (target as unknown[]) : []
  if (mergeKeys.length === 0) return [...new Set([...elements, ...before])]
  return mergeElements(before, elements, { ...context, mergeKeys })
}

// What the patch names comes first, in the patch's order; the rest keeps its own.
function mergeElements(
  before: unknown[],
  patch: unknown[],
  { definition, mergeKeys, path }: ListContext & { readonly mergeKeys: readonly string[] },
): unknown[] {
  const keys = usedKeys([...before, ...patch], mergeKeys)
  const old = new Map<string, unknown>()
  for (const element of before)
    if (!old.has(identity(element, keys))) old.set(identity(element, keys), element)
  const named = new Set<string>()
  const result: unknown[] = []
  for (const element of patch) {
    const id = identity(element, keys)
    if (named.has(id)) continue
    named.add(id)
    const same = patch.filter((other) => identity(other, keys) === id)
    const merged = same.reduce<unknown>(
      (sum, one) => merge(sum === gone ? undefined : sum, one, definition, path),
      old.get(id),
    )
    if (merged !== gone) result.push(merged)
  }
  return [...result, ...before.filter((element) => !named.has(identity(element, keys)))]
}

// A key that no element has does not tell elements apart: `protocol` of ports is often left out everywhere.
function usedKeys(elements: unknown[], keys: readonly string[]): readonly string[] {
  const used = keys.filter((key) =>
    elements.some((element) => isObject(element) && element[key] !== undefined),
  )
  return used.length > 0 ? used : keys
}

function identity(element: unknown, keys: readonly string[]): string {
  if (!isObject(element)) return JSON.stringify(element)
  return JSON.stringify(keys.map((key) => element[key] ?? null))
}

function takeDirective(patch: Record<string, unknown>, path: string): Directive | undefined {
  if (!Object.hasOwn(patch, directiveKey)) return undefined
  const directive = patch[directiveKey]
  delete patch[directiveKey]
  return checkDirective(directive, path)
}

// `- $patch: replace` as an element of its own is about the whole list.
function takeListDirective(patch: unknown[], path: string): [Directive | undefined, unknown[]] {
  const about = patch.find((element) => isObject(element) && Object.keys(element).join() === directiveKey)
  if (!isObject(about)) return [undefined, patch]
  return [checkDirective(about[directiveKey], path), patch.filter((element) => element !== about)]
}

function checkDirective(directive: unknown, path: string): Directive {
  if (directive === 'delete' || directive === 'replace' || directive === 'merge') return directive
  throw new SluiceError(
    'BUILD_PATCH_FAILED',
    `Cannot apply the patch at ${path || '/'}: found $patch: ${JSON.stringify(directive)}, wanted delete, replace or merge`,
  )
}

function mismatch(path: string, target: unknown, patch: unknown): SluiceError {
  return new SluiceError(
    'BUILD_PATCH_FAILED',
    `Cannot apply the patch at ${path || '/'}: the object has ${typeName(target)} there and the patch ${typeName(patch)}`,
  )
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  return isObject(value) ? 'a map' : 'a scalar'
}
