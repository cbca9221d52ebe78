import { clone, isObject, SluiceError, setOwn } from '#base'
import { mergeElements } from './merge-elements.ts'
import { type Directive, directiveKey, directiveOf, gone, type MergePlace } from './patch-directive.ts'
import { definitionOf } from './schema.ts'

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
  const merged = merge(object, clone(patch), { path: '', definition })
  return isObject(merged) ? merged : undefined
}

// One value patched by another, or `gone`; directives are taken out of `patch`.
function merge(target: unknown, patch: unknown, place: MergePlace): unknown {
  if (patch === null) return gone
  if (patch === undefined) return target
  if (Array.isArray(patch)) return mergeList(target, patch, place)
  if (isObject(patch)) return mergeMap(target, patch, place)
  if (isObject(target) || Array.isArray(target)) throw mismatch(place, target, patch)
  return patch
}

function mergeMap(target: unknown, patch: Record<string, unknown>, place: MergePlace): unknown {
  const directive = takeDirective(patch, place.path)
  if (directive === 'delete') return gone
  if (target !== undefined && target !== null && !isObject(target)) throw mismatch(place, target, patch)
  const result: Record<string, unknown> = isObject(target) && directive !== 'replace' ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    const field = place.definition?.fields.get(key)
    const before = Object.hasOwn(result, key) ? result[key] : undefined
    const inner = { path: `${place.path}/${key}`, definition: field?.type, mergeKeys: field?.mergeKeys }
    const after = merge(before, value, inner)
    if (after === gone) delete result[key]
    else setOwn(result, key, after)
  }
  return result
}

function mergeList(target: unknown, patch: unknown[], place: MergePlace): unknown {
  if (target !== undefined && target !== null && !Array.isArray(target)) throw mismatch(place, target, patch)
  const { mergeKeys, path } = place
  if (mergeKeys === undefined) return patch
  const [directive, elements] = takeListDirective(patch, path)
  if (directive === 'delete') return gone
  const before = Array.isArray(target) && directive !== 'replace' ? (target as unknown[]) : []
  if (mergeKeys.length === 0) return [...new Set([...elements, ...before])]
  return mergeElements(before, elements, { ...place, mergeKeys, merge })
}

function takeDirective(patch: Record<string, unknown>, path: string): Directive | undefined {
  const directive = directiveOf(patch, path)
  delete patch[directiveKey]
  return directive
}

// `- $patch: replace` as an element of its own is about the whole list.
function takeListDirective(patch: unknown[], path: string): [Directive | undefined, unknown[]] {
  const about = patch.find((element) => isObject(element) && Object.keys(element).join() === directiveKey)
  if (!isObject(about)) return [undefined, patch]
  return [directiveOf(about, path), patch.filter((element) => element !== about)]
}

function mismatch({ path }: MergePlace, target: unknown, patch: unknown): SluiceError {
  return new SluiceError(
    'BUILD_PATCH_FAILED',
    `Cannot apply the patch at ${path || '/'}: the object has ${typeName(target)} there and the patch ${typeName(patch)}`,
  )
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  return isObject(value) ? 'a map' : 'a scalar'
}
