import type { KubeObject } from '#api'
import { builtinKinds } from './builtin/index.ts'
import { crdBucket, resourcesOf } from './crd.ts'
import { builtinResource, type Resource } from './resource.ts'
import type { ObjectStore } from './storage.ts'

/** Every kind that is served, kept up to date with the CRDs in the store. */
export interface ResourceRegistry {
  /** Changes whenever what is served does; names caches of discovery and OpenAPI. */
  readonly generation: number
  all(): readonly Resource[]
  find(group: string, version: string, plural: string): Resource | undefined
  /** By kind, as owner references and scale targets name it. */
  findKind(apiVersion: string, kind: string): Resource | undefined
  /** Some version of what a bucket holds, the stored one if served. */
  ofBucket(bucket: string): Resource | undefined
  hasGroup(group: string): boolean
  hasVersion(group: string, version: string): boolean
}

/** The registry of the built-in kinds and of the CRDs in `store`. */
export function createResourceRegistry(store: ObjectStore): ResourceRegistry {
  // What cannot be listed is not an object but a question, such as a TokenReview.
  const builtins = builtinKinds
    .filter(({ verbs, plural }) => verbs.includes('list') && plural !== 'componentstatuses')
    .map(builtinResource)
  const custom = new Map<string, Resource[]>()
  let generation = 1
  let index = indexOf(builtins)

  const take = (crd: KubeObject, served: Resource[]): void => {
    if (served.length > 0) custom.set(crd.metadata.name, served)
    else custom.delete(crd.metadata.name)
  }
  const rebuild = (): void => {
    generation += 1
    index = indexOf([...builtins, ...[...custom.values()].flat()])
  }
  for (const crd of store.list(crdBucket)) take(crd, resourcesOf(crd))
  if (custom.size > 0) rebuild()
  store.subscribe((bucket, { type, object }) => {
    if (bucket !== crdBucket) return
    take(object, type === 'DELETED' ? [] : resourcesOf(object))
    rebuild()
  })

  return {
    get generation() {
      return generation
    },
    all: () => index.all,
    find: (group, version, plural) => index.byPath.get(`${group}/${version}/${plural}`),
    findKind: (apiVersion, kind) => index.byKind.get(`${apiVersion} ${kind}`),
    ofBucket: (bucket) => index.byBucket.get(bucket),
    hasGroup: (group) => index.groups.has(group),
    hasVersion: (group, version) => index.groups.has(`${group}/${version}`),
  }
}

interface Index {
  all: Resource[]
  byPath: Map<string, Resource>
  byKind: Map<string, Resource>
  byBucket: Map<string, Resource>
  /** `group` and `group/version`. */
  groups: Set<string>
}

function indexOf(all: Resource[]): Index {
  const index: Index = { all, byPath: new Map(), byKind: new Map(), byBucket: new Map(), groups: new Set() }
  for (const resource of all) {
    const { group, version, plural, kind, apiVersion, bucket, conversion } = resource
    index.byPath.set(`${group}/${version}/${plural}`, resource)
    index.byKind.set(`${apiVersion} ${kind}`, resource)
    if (!conversion || !index.byBucket.has(bucket)) index.byBucket.set(bucket, resource)
    index.groups.add(group).add(`${group}/${version}`)
  }
  return index
}
