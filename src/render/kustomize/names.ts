import { type FieldSpec, selectsGvk, walkField } from './field-path.ts'
import { hashOf } from './hash.ts'
import { idOf, metadataOf, originalId, type ResourceId, rememberId } from './resource.ts'
import type { ResourceList } from './resource-list.ts'

/** Puts a prefix or suffix on the names of all objects but those whose name is given from outside. */
export function affixNames(
  list: ResourceList,
  affix: { prefix?: string; suffix?: string },
  fields: readonly FieldSpec[],
): void {
  const { prefix = '', suffix = '' } = affix
  if (prefix === '' && suffix === '') return
  for (const resource of list.all) {
    const id = originalId(resource)
    if (isNamedOutside(id)) continue
    for (const field of fields) {
      if (!selectsGvk(field, id)) continue
      if (field.path === 'metadata/name') {
        if (prefix) resource.prefixes.push(prefix)
        if (suffix) resource.suffixes.push(suffix)
        rememberId(resource)
      }
      walkField(resource.object, field, ({ get, set }) => {
        const value = get()
        if (typeof value === 'string') set(`${prefix}${value}${suffix}`)
      })
    }
  }
  list.changed()
}

/** Ends the names that must show their content with its hash. */
export function hashNames(list: ResourceList): void {
  for (const resource of list.all) {
    if (!resource.needsHash) continue
    rememberId(resource)
    metadataOf(resource.object)['name'] = `${idOf(resource.object).name}-${hashOf(resource.object)}`
  }
  list.changed()
}

// A CRD and an APIService are named by what they define, a Namespace by `namespace:`.
function isNamedOutside({ group, kind }: ResourceId): boolean {
  return (
    (kind === 'CustomResourceDefinition' && group === 'apiextensions.k8s.io') ||
    (kind === 'APIService' && group === 'apiregistration.k8s.io') ||
    (kind === 'Namespace' && group === '')
  )
}
