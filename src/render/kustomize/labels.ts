import { isObject, SluiceError, setOwn } from '#base'
import { type FieldSpec, selectsGvk, walkField } from './field-path.ts'
import type { LabelEntry } from './kustomization.ts'
import { gvkOf } from './resource.ts'
import type { ResourceList } from './resource-list.ts'

/** Writes pairs (labels, annotations) into maps of every object, at the given fields. */
export function setPairs(
  list: ResourceList,
  pairs: Readonly<Record<string, string>>,
  fields: readonly FieldSpec[],
): void {
  const keys = Object.keys(pairs).sort()
  if (keys.length === 0) return
  for (const { object, file } of list.all) {
    const gvk = gvkOf(object)
    for (const field of fields) {
      if (!selectsGvk(field, gvk)) continue
      walkField(object, field, ({ get, set }) => {
        const there = get() ?? {}
        if (!isObject(there))
          throw new SluiceError(
            'BUILD_FIELD_MISMATCH',
            `Cannot set ${field.path} of ${gvk.kind} from ${file}: found no map there`,
          )
        for (const key of keys) setOwn(there, key, pairs[key])
        set(there)
      })
    }
  }
}

/** The fields that one entry of `labels:` is written to. */
export function labelFields(
  { includeSelectors = false, includeTemplates = false, fields = [] }: LabelEntry,
  known: { commonLabels: readonly FieldSpec[]; templateLabels: readonly FieldSpec[] },
): readonly FieldSpec[] {
  if (includeSelectors) return [...fields, ...known.commonLabels]
  if (includeTemplates) return [...fields, ...known.templateLabels]
  return [...fields, { path: 'metadata/labels', create: true }]
}
