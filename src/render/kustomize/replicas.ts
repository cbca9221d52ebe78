import { SluiceError } from '#base'
import { type FieldSpec, selectsGvk, walkField } from './field-path.ts'
import { everyId } from './resource.ts'
import type { ResourceList } from './resource-list.ts'

/** Sets how many copies the workloads of one name run. Throws `BUILD_TARGET_MISSING` when there is none. */
export function setReplicas(
  list: ResourceList,
  { name, count }: { name: string; count: number },
  fields: readonly FieldSpec[],
): void {
  let found = false
  for (const field of fields) {
    for (const resource of list.all) {
      if (!everyId(resource).some((id) => id.name === name && selectsGvk(field, id))) continue
      found = true
      walkField(resource.object, field, ({ set }) => set(count))
    }
  }
  if (found) return
  const kinds = fields.map(({ kind = '' }) => kind).join(', ')
  throw new SluiceError(
    'BUILD_TARGET_MISSING',
    `resource with name ${name} does not match a config with the following kinds: ${kinds}`,
  )
}
