import { isObject, SluiceError } from '#base'
import { type Place, selectsGvk, walkField } from './field-path.ts'
import type { NameReference } from './name-references.ts'
import { formatId, idOf, livesInNoNamespace, originalId, type Resource, type ResourceId } from './resource.ts'
import type { ResourceList } from './resource-list.ts'

/** Rewrites every field that holds the old name of an object of the build. Throws `BUILD_REFERENCE_AMBIGUOUS`. */
export function updateReferences(list: ResourceList, references: readonly NameReference[]): void {
  const renamed = indexByOldName(list)
  if (renamed.size === 0) return
  for (const referrer of list.all) {
    const id = originalId(referrer)
    for (const reference of references) {
      for (const field of reference.fieldSpecs) {
        if (!selectsGvk(field, id)) continue
        const find = (name: string, namespace?: string): Resource | undefined =>
          findReferral(renamed.get(name) ?? [], { referrer, reference, name, namespace, path: field.path })
        walkField(referrer.object, { path: field.path }, (place) => updatePlace(place, find))
      }
    }
  }
}

type Find = (name: string, namespace?: string) => Resource | undefined

function updatePlace({ get, set }: Place, find: Find): void {
  const value = get()
  if (typeof value === 'string') {
    const found = find(value)
    if (found) set(idOf(found.object).name)
  } else if (isObject(value)) updateNamed(value, find)
}

// A map with a name and perhaps a namespace: the service of a webhook, the subject of a role binding.
function updateNamed(holder: Record<string, unknown>, find: Find): void {
  const { name, namespace } = holder
  if (typeof name !== 'string') return
  const found = find(name, typeof namespace === 'string' ? namespace : undefined)
  if (!found) return
  const id = idOf(found.object)
  holder['name'] = id.name
  if (id.namespace) holder['namespace'] = id.namespace
}

function indexByOldName(list: ResourceList): Map<string, Resource[]> {
  const index = new Map<string, Resource[]>()
  for (const resource of list.all) {
    for (const name of new Set(resource.previous.map((id) => id.name))) {
      const there = index.get(name)
      if (there) there.push(resource)
      else index.set(name, [resource])
    }
  }
  return index
}

interface Search {
  readonly referrer: Resource
  readonly reference: NameReference
  readonly name: string
  readonly namespace: string | undefined
  readonly path: string
}

function findReferral(candidates: readonly Resource[], search: Search): Resource | undefined {
  const { referrer, reference, name, namespace, path } = search
  const role = path.endsWith('roleRef/name') ? roleOf(referrer) : undefined
  let left = candidates.filter(
    (candidate) =>
      candidate.previous.some((id) => id.name === name && selectsGvk(reference, id)) &&
      (!role || isRole(idOf(candidate.object), role)) &&
      canRefer(referrer, candidate),
  )
  if (namespace !== undefined) left = inNamespace(left, namespace)
  if (left.length > 1) left = preferSameAffixes(left, referrer)
  const [found, ...others] = left
  if (!found || others.every((other) => idOf(other.object).name === idOf(found.object).name)) return found
  throw new SluiceError(
    'BUILD_REFERENCE_AMBIGUOUS',
    `found multiple possible referrals for ${JSON.stringify(name)} in ${path} of ${formatId(idOf(referrer.object))}: ${left.map(({ object }) => formatId(idOf(object))).join(', ')}`,
  )
}

function canRefer(referrer: Resource, candidate: Resource): boolean {
  const from = idOf(referrer.object)
  const to = idOf(candidate.object)
  if (livesInNoNamespace(from) || livesInNoNamespace(to)) return true
  if ((from.namespace || 'default') === (to.namespace || 'default')) return true
  // A role binding may name accounts of other namespaces.
  return (
    to.kind === 'ServiceAccount' &&
    from.kind === 'RoleBinding' &&
    subjectNamespaces(referrer).has(to.namespace)
  )
}

function subjectNamespaces({ object }: Resource): Set<unknown> {
  const subjects = Array.isArray(object['subjects']) ? (object['subjects'] as unknown[]) : []
  return new Set(
    subjects.map((subject) =>
      isObject(subject) && subject['kind'] === 'ServiceAccount' ? subject['namespace'] : undefined,
    ),
  )
}

function inNamespace(candidates: readonly Resource[], namespace: string): Resource[] {
  const by = (id: (resource: Resource) => ResourceId): Resource[] =>
    candidates.filter((candidate) => (id(candidate).namespace || 'default') === (namespace || 'default'))
  const original = by(originalId)
  return original.length > 0 ? original : by(({ object }) => idOf(object))
}

function preferSameAffixes(candidates: Resource[], referrer: Resource): Resource[] {
  const same = candidates.filter(
    ({ prefixes, suffixes }) =>
      endsAlike(prefixes, referrer.prefixes) && endsAlike(suffixes, referrer.suffixes),
  )
  return same.length > 0 ? same : candidates
}

function endsAlike(a: readonly string[], b: readonly string[]): boolean {
  const length = Math.min(a.length, b.length)
  return a.slice(a.length - length).join('\0') === b.slice(b.length - length).join('\0')
}

interface Role {
  readonly kind: unknown
  readonly apiGroup: unknown
}

function roleOf({ object }: Resource): Role | undefined {
  const role = object['roleRef']
  return isObject(role) ? { kind: role['kind'], apiGroup: role['apiGroup'] } : undefined
}

function isRole({ kind, group }: ResourceId, role: Role): boolean {
  return kind === role.kind && (!role.apiGroup || group === role.apiGroup)
}
