import type { KubeObject, Schema } from '#api'
import { type BuiltinKind, builtinSchema } from './builtin/index.ts'
import type { Conversion } from './conversion/conversion.ts'
import { eventConversion } from './conversion/event.ts'
import { hpaConversion } from './conversion/hpa.ts'
import type { Target } from './status-error.ts'

/** Where the scale subresource finds its numbers, as field paths without the leading dot. */
export interface ScalePaths {
  spec: string
  status: string
  selector?: string
}

/** A column that a CRD declares. */
export interface PrinterColumn {
  name: string
  type: string
  jsonPath: string
  description?: string
  format?: string
  priority?: number
}

/** What only a custom kind has. */
export interface CustomFacts {
  columns: readonly PrinterColumn[]
  selectable: readonly string[]
  /** Told with every request to a deprecated version. */
  warning?: string
  /** The objects of this version come from a webhook, which is not asked here. */
  byWebhook: boolean
}

/** One kind in one served version. */
export interface Resource {
  readonly group: string
  readonly version: string
  readonly apiVersion: string
  readonly kind: string
  readonly listKind: string
  readonly plural: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly namespaced: boolean
  readonly verbs: readonly string[]
  /** Where its objects are in the store; versions of one kind share it. */
  readonly bucket: string
  readonly hasStatus: boolean
  readonly scale?: ScalePaths
  /** Absent when the stored form is this version's. */
  readonly conversion?: Conversion
  readonly schema: () => Schema
  readonly builtin?: BuiltinKind
  readonly custom?: CustomFacts
}

/** The name of a resource's storage. */
export function bucketName(group: string, plural: string): string {
  return `${group}/${plural}`
}

/** `apps/v1`, or `v1` in the core group. */
export function apiVersionOf(group: string, version: string): string {
  return group ? `${group}/${version}` : version
}

/** What errors about objects of this resource name. */
export function targetOf({ group, plural }: Resource): Target {
  return { group, resource: plural }
}

/** What errors about invalid objects name: the kind instead of the plural. */
export function kindTargetOf({ group, kind }: Resource): Target {
  return { group, resource: kind }
}

/** The object in this resource's version. */
export function readAs(resource: Resource, stored: KubeObject): KubeObject {
  return resource.conversion ? resource.conversion.read(stored) : stored
}

/** The object in the form that the store keeps. */
export function storedForm(resource: Resource, object: KubeObject): KubeObject {
  return resource.conversion ? resource.conversion.write(object) : object
}

/** A built-in kind as a resource. */
export function builtinResource(kind: BuiltinKind): Resource {
  const scalable = kind.subresources.includes('scale')
  const conversion = conversionOf(kind)
  return {
    group: kind.group,
    version: kind.version,
    apiVersion: apiVersionOf(kind.group, kind.version),
    kind: kind.kind,
    listKind: kind.listKind,
    plural: kind.plural,
    singular: kind.singular,
    shortNames: kind.shortNames,
    categories: kind.categories,
    namespaced: kind.namespaced,
    verbs: kind.verbs,
    bucket: kind.plural === 'events' ? bucketName('', 'events') : bucketName(kind.group, kind.plural),
    hasStatus: kind.subresources.includes('status'),
    ...(scalable
      ? { scale: { spec: 'spec.replicas', status: 'status.replicas', selector: 'spec.selector' } }
      : {}),
    ...(conversion ? { conversion } : {}),
    schema: () => builtinSchema(kind.schemaName),
    builtin: kind,
  }
}

function conversionOf({ group, version, plural }: BuiltinKind): Conversion | undefined {
  if (group === 'events.k8s.io' && plural === 'events') return eventConversion
  if (group === 'autoscaling' && version === 'v1' && plural === 'horizontalpodautoscalers')
    return hpaConversion
  return undefined
}
