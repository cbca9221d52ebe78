import { isObject, SluiceError } from '#base'
import { type FieldSpec, selectsGvk, walkField } from './field-path.ts'
import { formatId, gvkOf, idOf, keyOf, livesInNoNamespace, metadataOf, rememberId } from './resource.ts'
import type { ResourceList } from './resource-list.ts'

/** Which subjects of role bindings follow a namespace; `defaultOnly` is the account named default. */
export type SubjectRule = 'defaultOnly' | 'allServiceAccounts' | 'none'

/** Moves every object that can live in a namespace there. Throws `BUILD_DUPLICATE_ID` when two become one. */
export function setNamespaces(
  list: ResourceList,
  namespace: string,
  fields: readonly FieldSpec[],
  { subjects = 'defaultOnly', unsetOnly = false }: { subjects?: SubjectRule; unsetOnly?: boolean } = {},
): void {
  const assign = (holder: Record<string, unknown>, key: string): void => {
    if (!unsetOnly || !holder[key]) holder[key] = namespace
  }
  for (const resource of list.all) {
    rememberId(resource)
    const { object } = resource
    const gvk = gvkOf(object)
    if (!livesInNoNamespace(gvk)) assign(metadataOf(object), 'namespace')
    if (/^(Cluster)?RoleBinding$/.test(gvk.kind)) setSubjects(object, subjects, assign)
    for (const field of fields) {
      if (field.path === 'metadata/namespace' || !selectsGvk(field, gvk)) continue
      if (field.path === 'metadata/name' && gvk.kind === 'Namespace' && gvk.group !== '') continue
      walkField(object, field, ({ get, set }) => {
        if (!unsetOnly || !get()) set(namespace)
      })
    }
  }
  list.changed()
  refuseConflicts(list)
}

function setSubjects(
  object: Record<string, unknown>,
  rule: SubjectRule,
  assign: (holder: Record<string, unknown>, key: string) => void,
): void {
  if (rule === 'none' || !Array.isArray(object['subjects'])) return
  for (const subject of object['subjects'] as unknown[]) {
    if (!isObject(subject) || subject['kind'] !== 'ServiceAccount') continue
    if (rule === 'allServiceAccounts' || subject['name'] === 'default') assign(subject, 'namespace')
  }
}

function refuseConflicts(list: ResourceList): void {
  const seen = new Set<string>()
  for (const { object, file } of list.all) {
    const id = idOf(object)
    if (seen.has(keyOf(id)))
      throw new SluiceError(
        'BUILD_DUPLICATE_ID',
        `namespace transformation produces ID conflict: ${formatId(id)} is there twice, once from ${file}`,
        { details: { file } },
      )
    seen.add(keyOf(id))
  }
}
