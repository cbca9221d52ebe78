import { groupOf, versionOf } from '#api'
import { isObject } from '#base'
import { isClusterScoped } from './schema.ts'

/** Group, version and kind. */
export interface Gvk {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** What tells one object of a build from another. */
export interface ResourceId extends Gvk {
  readonly name: string
  readonly namespace: string
}

/** An object on its way through the layers, with what must be remembered of the way. */
export interface Resource {
  object: Record<string, unknown>
  /** The ids it had before a layer renamed or moved it, oldest first. */
  readonly previous: ResourceId[]
  /** Prefixes and suffixes it was given, innermost first: they tell apart what had one name before. */
  readonly prefixes: string[]
  readonly suffixes: string[]
  /** Whether its name ends in a hash of its content. */
  needsHash: boolean
  /** What a generated object does to one of the same id. */
  readonly behavior: 'create' | 'merge' | 'replace'
  /** The file it came from, or the kustomization file that generated it. */
  readonly file: string
  /** Which generator or file of the tree made it, for `buildMetadata`. */
  readonly origin: ResourceOrigin
}

/** Where an object came from, as `originAnnotations` tells it. */
export interface ResourceOrigin {
  readonly path?: string
  readonly configuredIn?: string
  readonly configuredBy?: { apiVersion: string; kind: string }
}

/** A resource that nothing has happened to yet. */
export function newResource(
  object: Record<string, unknown>,
  file: string,
  rest: Partial<Pick<Resource, 'needsHash' | 'behavior' | 'origin'>> = {},
): Resource {
  return {
    object,
    file,
    previous: [],
    prefixes: [],
    suffixes: [],
    needsHash: false,
    behavior: 'create',
    origin: { path: file },
    ...rest,
  }
}

/** The metadata of an object, made when there is none. */
export function metadataOf(object: Record<string, unknown>): Record<string, unknown> {
  if (isObject(object['metadata'])) return object['metadata']
  const made = {}
  object['metadata'] = made
  return made
}

/** Group, version and kind of an object. */
export function gvkOf(object: Record<string, unknown>): Gvk {
  const apiVersion = text(object['apiVersion'])
  return { group: groupOf(apiVersion), version: versionOf(apiVersion), kind: text(object['kind']) }
}

/** The id an object has now. */
export function idOf(object: Record<string, unknown>): ResourceId {
  const metadata = isObject(object['metadata']) ? object['metadata'] : {}
  return { ...gvkOf(object), name: text(metadata['name']), namespace: text(metadata['namespace']) }
}

/** The id a resource had in its own file. */
export function originalId({ object, previous }: Resource): ResourceId {
  return previous[0] ?? idOf(object)
}

/** Every id a resource ever had, the present one last. */
export function everyId({ object, previous }: Resource): ResourceId[] {
  return [...previous, idOf(object)]
}

/** Remembers the present id before something changes it. */
export function rememberId({ object, previous }: Resource): void {
  previous.push(idOf(object))
}

/** Whether the kind is known to live in no namespace; an unknown kind is taken to live in one. */
export function livesInNoNamespace(id: Gvk): boolean {
  return isClusterScoped(id.group === '' ? id.version : `${id.group}/${id.version}`, id.kind)
}

/** The namespace that counts for comparing: none given means `default`. */
export function effectiveNamespace(id: ResourceId): string {
  return livesInNoNamespace(id) ? '_non_namespaceable_' : id.namespace || 'default'
}

/** Equal keys, equal ids. */
export function keyOf(id: ResourceId): string {
  return `${id.group}/${id.version}/${id.kind}|${effectiveNamespace(id)}|${id.name}`
}

/** An id as kustomize writes it in messages: `Deployment.v1.apps/web.default`. */
export function formatId(id: ResourceId): string {
  return `${formatGvk(id)}/${id.name || '[noName]'}.${id.namespace || '[noNs]'}`
}

/** `Deployment.v1.apps`. */
export function formatGvk({ group, version, kind }: Gvk): string {
  return `${kind || '[noKind]'}.${version || '[noVer]'}.${group || '[noGrp]'}`
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
