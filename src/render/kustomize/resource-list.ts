import { SluiceError, tooLarge } from '#base'
import { everyId, formatId, idOf, keyOf, type Resource, type ResourceId } from './resource.ts'

/** More objects than any cluster takes from one source; a base that multiplies itself ends here. */
const maxResources = 20_000

/** The objects of a layer in order, found by any id they ever had; no two have the same present id. */
export class ResourceList {
  #resources: Resource[] = []
  #byCurrentId: Map<string, Resource> | undefined
  #byAnyId: Map<string, Resource[]> | undefined

  get all(): readonly Resource[] {
    return this.#resources
  }

  /** Appends; throws `BUILD_DUPLICATE_ID` when an object has that id already. */
  append(resource: Resource): void {
    const id = idOf(resource.object)
    if (this.current(id))
      throw new SluiceError(
        'BUILD_DUPLICATE_ID',
        `may not add resource with an already registered id: ${formatId(id)}`,
        { details: { file: resource.file } },
      )
    if (this.#resources.length >= maxResources)
      throw tooLarge('the build', `more than ${maxResources} objects`, `at most ${maxResources}`)
    this.#resources.push(resource)
    this.#byCurrentId?.set(keyOf(id), resource)
    if (this.#byAnyId) addTo(this.#byAnyId, resource)
  }

  /** The object whose present id is `id`. */
  current(id: ResourceId): Resource | undefined {
    this.#byCurrentId ??= new Map(this.#resources.map((r) => [keyOf(idOf(r.object)), r]))
    return this.#byCurrentId.get(keyOf(id))
  }

  /** Objects that have or ever had `id`. */
  matching(id: ResourceId): readonly Resource[] {
    if (!this.#byAnyId) {
      this.#byAnyId = new Map()
      for (const resource of this.#resources) addTo(this.#byAnyId, resource)
    }
    return this.#byAnyId.get(keyOf(id)) ?? []
  }

  /** Puts `next` in the place of `old`. */
  replace(old: Resource, next: Resource): void {
    this.#resources = this.#resources.map((resource) => (resource === old ? next : resource))
    this.changed()
  }

  /** Keeps what passes the test. */
  keep(test: (resource: Resource) => boolean): void {
    this.#resources = this.#resources.filter(test)
    this.changed()
  }

  /** Puts the objects into another order. */
  sort(order: (a: Resource, b: Resource) => number): void {
    this.#resources.sort(order)
  }

  /** Must be called when ids of objects were changed. */
  changed(): void {
    this.#byCurrentId = undefined
    this.#byAnyId = undefined
  }
}

function addTo(index: Map<string, Resource[]>, resource: Resource): void {
  for (const key of new Set(everyId(resource).map(keyOf))) {
    const there = index.get(key)
    if (there) there.push(resource)
    else index.set(key, [resource])
  }
}
