import { isObject, SluiceError, tooLarge } from '#base'
import { directiveOf, gone, type MergePlace } from './patch-directive.ts'

/** Longest list whose elements have several keys. */
const longest = 2000

type Element = Readonly<Record<string, unknown>>
type ListPlace = MergePlace & {
  readonly mergeKeys: readonly string[]
  /** Patches one element. */
  readonly merge: (target: unknown, patch: unknown, place: MergePlace) => unknown
}

/**
 * A list patched by another, its elements told apart by their merge keys: what the patch names comes first, in the patch's
 * order, the rest keeps its own. Lists with several keys (ports) follow rules of their own, which are kustomize's.
 */
export function mergeElements(
  before: readonly unknown[],
  patch: readonly unknown[],
  place: ListPlace,
): unknown[] {
  const old = before.map((element) => checked(element, place))
  const wanted = patch.map((element) => checked(element, place))
  // A key that no element has does not tell elements apart: `protocol` of ports is often left out everywhere.
  const keys = place.mergeKeys.filter((key) => [...old, ...wanted].some((element) => isSet(element, key)))
  return keys.length > 1
    ? mergeByKeys(old, wanted, { ...place, mergeKeys: keys })
    : mergeByKey(old, wanted, { ...place, mergeKeys: keys })
}

function mergeByKey(old: readonly Element[], patch: readonly Element[], place: ListPlace): unknown[] {
  const result = new Map<string, unknown>()
  const there = new Map<string, Element>()
  for (const element of old) {
    const id = identityOf(element, place.mergeKeys)
    if (!there.has(id)) there.set(id, element)
  }
  const deleted = new Set<string>()
  for (const element of firstOfEach(patch, place)) {
    const id = identityOf(element, place.mergeKeys)
    const merged = mergeElement(there.get(id), element, place)
    if (merged === gone) deleted.add(id)
    else result.set(id, merged)
  }
  const seen = new Set<string>()
  for (const element of old) {
    const id = identityOf(element, place.mergeKeys)
    // Of elements with one name the last stays, in the place of the first.
    if (!deleted.has(id) && (seen.has(id) || !result.has(id))) result.set(id, element)
    seen.add(id)
  }
  return [...result.values()]
}

// Elements that are there already stay in their place, and an element without all its keys gives way to one there.
function mergeByKeys(old: readonly Element[], patch: readonly Element[], place: ListPlace): unknown[] {
  const { mergeKeys, path } = place
  // Every element is held against every other.
  if (old.length + patch.length > longest)
    throw tooLarge(path, `a list of ${old.length + patch.length} elements`, `at most ${longest}`)
  const merged = new Map<Element, unknown>()
  let added: Element[] = []
  for (const element of firstOfEach(patch, place)) {
    const id = identityOf(element, mergeKeys)
    const same = old.find((one) => identityOf(one, mergeKeys) === id)
    const isDeletion = directiveOf(element, place.path) === 'delete'
    if (isDeletion && mergeKeys.some((key) => !isSet(element, key))) continue
    const next = mergeElement(same, element, place)
    if (same) merged.set(same, next)
    else if (isObject(next)) added.push(next)
  }
  let kept: Element[] = []
  for (const element of old) {
    added = added.filter((other) => !mayBeSame(other, element, mergeKeys))
    kept = kept.filter((other) => !replaces(element, other, mergeKeys))
    if (merged.get(element) !== gone) kept.push(element)
  }
  return [...added, ...kept.map((element) => merged.get(element) ?? element)]
}

function mergeElement(old: Element | undefined, patch: Element, place: ListPlace): unknown {
  // kustomize keeps the element that is there instead of replacing it.
  if (old && directiveOf(patch, place.path) === 'replace') return old
  return place.merge(old, patch, { path: place.path, definition: place.definition })
}

function firstOfEach(elements: readonly Element[], { mergeKeys }: ListPlace): Element[] {
  const first = new Map<string, Element>()
  for (const element of elements) {
    const id = identityOf(element, mergeKeys)
    if (!first.has(id)) first.set(id, element)
  }
  return [...first.values()]
}

function mayBeSame(one: Element, other: Element, keys: readonly string[]): boolean {
  return keys.every((key) => !isSet(one, key) || !isSet(other, key) || one[key] === other[key])
}

function replaces(next: Element, earlier: Element, keys: readonly string[]): boolean {
  return keys.every((key) => !isSet(next, key) || next[key] === earlier[key])
}

function isSet(element: Element, key: string): boolean {
  return element[key] !== undefined && element[key] !== null
}

function identityOf(element: Element, keys: readonly string[]): string {
  return JSON.stringify(keys.map((key) => element[key] ?? null))
}

// kustomize silently drops what it cannot tell apart.
function checked(element: unknown, { mergeKeys, path }: ListPlace): Element {
  const [first = ''] = mergeKeys
  if (isObject(element) && mergeKeys.some((key) => isSet(element, key))) return element
  throw new SluiceError(
    'BUILD_PATCH_FAILED',
    `Cannot apply the patch at ${path}: found an element without ${first}, which tells the elements of this list apart`,
  )
}
