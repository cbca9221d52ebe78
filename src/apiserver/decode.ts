import type { KubeObject } from '#api'
import { isObject } from '#base'
import { prune } from './fields/index.ts'
import { textAt } from './paths.ts'
import type { ApiRequest } from './request.ts'
import type { Resource } from './resource.ts'
import { badRequest } from './status-error.ts'

/** What to do about fields that the schema does not know. */
export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

/** Reads `fieldValidation`; Warn is the default. Throws 400. */
export function fieldValidationOf(query: URLSearchParams): FieldValidation {
  const text = query.get('fieldValidation') || 'Warn'
  if (text === 'Ignore' || text === 'Warn' || text === 'Strict') return text
  throw badRequest(
    `fieldValidation: Unsupported value: "${text}": supported values: "Ignore", "Warn", "Strict"`,
  )
}

/** Checks that a body is of the resource's kind and for the place that the URL names, and fills in what it leaves out. */
export function identify(request: ApiRequest, body: Record<string, unknown>): KubeObject {
  const { resource, name, namespace } = request
  const kind = textAt(body, 'kind') || resource.kind
  const apiVersion = textAt(body, 'apiVersion') || resource.apiVersion
  if (apiVersion !== resource.apiVersion) {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${resource.apiVersion})`,
    )
  }
  if (kind !== resource.kind) throw cannotBeHandled(resource, kind, 'the kinds differ')
  const metadata = body['metadata'] ?? {}
  if (!isObject(metadata)) {
    const found = typeName(metadata)
    throw cannotBeHandled(
      resource,
      kind,
      `json: cannot unmarshal ${found} into Go struct field ${kind}.metadata of type v1.ObjectMeta`,
    )
  }
  const object = { ...body, kind, apiVersion, metadata: { ...metadata } } as unknown as KubeObject
  checkMetadata(resource, object.metadata as unknown as Record<string, unknown>)
  if (name !== undefined && object.metadata.name !== name) {
    throw badRequest(
      `the name of the object (${object.metadata.name || ''}) does not match the name on the URL (${name})`,
    )
  }
  if (namespace !== undefined && (object.metadata.namespace || namespace) !== namespace) {
    throw badRequest(
      name === undefined
        ? 'the namespace of the provided object does not match the namespace sent on the request'
        : `the namespace of the object (${object.metadata.namespace}) does not match the namespace on the request (${namespace})`,
    )
  }
  if (namespace === undefined) delete object.metadata.namespace
  else object.metadata.namespace = namespace
  return object
}

type MetadataField = readonly [field: string, ok: (value: unknown) => boolean, wanted: string]

const isText = (value: unknown): boolean => typeof value === 'string'
const isTextMap = (value: unknown): boolean => isObject(value) && Object.values(value).every(isText)
const isTextList = (value: unknown): boolean => Array.isArray(value) && value.every(isText)
const isList = (value: unknown): boolean => Array.isArray(value) && value.every(isObject)

const metadataFields: readonly MetadataField[] = [
  ['name', isText, 'string'],
  ['generateName', isText, 'string'],
  ['namespace', isText, 'string'],
  ['uid', isText, 'string'],
  ['resourceVersion', isText, 'string'],
  ['labels', isTextMap, 'map[string]string'],
  ['annotations', isTextMap, 'map[string]string'],
  ['finalizers', isTextList, '[]string'],
  ['ownerReferences', isList, '[]v1.OwnerReference'],
  ['managedFields', isList, '[]v1.ManagedFieldsEntry'],
]

/** Everything behind this relies on metadata being what its types say; nulls count as absent. */
function checkMetadata(resource: Resource, metadata: Record<string, unknown>): void {
  for (const key of Object.keys(metadata)) if (metadata[key] === null) delete metadata[key]
  for (const field of ['labels', 'annotations']) emptyNulls(metadata[field])
  for (const [field, ok, wanted] of metadataFields) {
    const value = metadata[field]
    if (value === undefined || ok(value)) continue
    throw cannotBeHandled(
      resource,
      resource.kind,
      `json: cannot unmarshal ${typeName(value)} into Go struct field ObjectMeta.metadata.${field} of type ${wanted}`,
    )
  }
}

/** A null in a map of texts is an empty text to Go. */
function emptyNulls(map: unknown): void {
  if (!isObject(map)) return
  for (const key of Object.keys(map)) if (map[key] === null) map[key] = ''
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

/** 400 for an object whose fields do not fit the kind. */
export function cannotBeHandled(resource: Resource, kind: string, why: string): Error {
  return badRequest(
    `${kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: ${why}`,
  )
}

/** Removes from a built-in kind's object every null, as decoding into Go's types does. */
export function dropNulls(value: unknown): void {
  if (Array.isArray(value)) for (const item of value) dropNulls(item)
  if (!isObject(value)) return
  for (const key of Object.keys(value)) {
    if (value[key] === null) delete value[key]
    else dropNulls(value[key])
  }
}

/** Removes unknown fields in place; returns what to warn of, or throws `strict(problem)`. */
export function pruneUnknown(
  resource: Resource,
  object: KubeObject,
  validation: FieldValidation,
  strict: (problem: string) => Error,
): string[] {
  if (resource.builtin) dropNulls(object)
  const unknown = prune(resource.schema(), object).map((path) => `unknown field "${path}"`)
  if (unknown.length === 0 || validation === 'Ignore') return []
  if (validation === 'Strict') throw strict(`strict decoding error: ${unknown.join(', ')}`)
  return unknown
}
