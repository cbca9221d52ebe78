import type { ObjectSelector } from '#api'
import { isObject } from '#base'
import { parseSelector } from './label-selector.ts'
import { patternOf } from './pattern.ts'
import {
  effectiveNamespace,
  everyId,
  gvkOf,
  idOf,
  metadataOf,
  originalId,
  type Resource,
  type ResourceId,
} from './resource.ts'

const idFields = ['group', 'version', 'kind', 'name', 'namespace'] as const

/** A test for objects, from anchored regular expressions and selectors. Throws `BUILD_SELECTOR_INVALID`. */
export function selectorOf(selector: ObjectSelector): (resource: Resource) => boolean {
  const group = pattern(selector.group, 'group')
  const version = pattern(selector.version, 'version')
  const kind = pattern(selector.kind, 'kind')
  const name = pattern(selector.name, 'name')
  const namespace = pattern(selector.namespace, 'namespace')
  const labels = parseSelector(selector.labelSelector ?? '')
  const annotations = parseSelector(selector.annotationSelector ?? '')
  return (resource) => {
    const gvk = gvkOf(resource.object)
    if (!group(gvk.group) || !version(gvk.version) || !kind(gvk.kind)) return false
    const original = originalId(resource)
    const current = idOf(resource.object)
    if (!namespace(effectiveNamespace(original)) && !namespace(effectiveNamespace(current))) return false
    if (!name(original.name) && !name(current.name)) return false
    const metadata = metadataOf(resource.object)
    return labels(mapOf(metadata['labels'])) && annotations(mapOf(metadata['annotations']))
  }
}

/** A test for ids by anchored regular expressions, without labels. Throws `BUILD_SELECTOR_INVALID`. */
export function idSelectorOf(selector: ObjectSelector): (id: ResourceId) => boolean {
  const tests = idFields.map((field) => [field, pattern(selector[field], field)] as const)
  return (id) =>
    tests.every(([field, test]) => test(field === 'namespace' ? effectiveNamespace(id) : id[field]))
}

/** A test for objects that ever had an id with exactly the given parts. */
export function exactSelectorOf(selector: ObjectSelector): (resource: Resource) => boolean {
  return (resource) =>
    everyId(resource).some((id) =>
      idFields.every((field) => {
        const wanted = selector[field]
        if (!wanted) return true
        return wanted === (field === 'namespace' ? effectiveNamespace(id) : id[field])
      }),
    )
}

function pattern(text: string | undefined, field: string): (value: string) => boolean {
  return text ? patternOf(text, `selector ${field}`) : () => true
}

function mapOf(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {}
}
