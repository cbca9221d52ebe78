import type { Schema } from '#api'
import { digestOf, isObject } from '#base'
import { described, rawSchemas } from './builtin/index.ts'
import type { Core } from './core.ts'
import { pathsOf } from './openapi-paths.ts'
import type { Resource } from './resource.ts'

/** The OpenAPI v3 documents of what a server serves, made on demand and kept until that changes. */
export interface OpenApi {
  /** `/openapi/v3`: where each group-version's document is. */
  index(): Record<string, unknown>
  /** `/openapi/v3/<path>`; undefined when there is no such document. */
  document(path: string): string | undefined
}

const refPrefix = '#/components/schemas/'
const objectMeta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'
const listMeta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta'

/** Creates the documents of a server. */
export function createOpenApi(core: Core): OpenApi {
  let generation = 0
  const texts = new Map<string, string>()
  const refresh = (): void => {
    if (generation === core.resources.generation) return
    generation = core.resources.generation
    texts.clear()
  }
  const textOf = (path: string): string | undefined => {
    refresh()
    const known = texts.get(path)
    if (known !== undefined) return known
    const resources = core.resources.all().filter((resource) => pathOf(resource) === path)
    if (resources.length === 0) return undefined
    const text = JSON.stringify(documentOf(resources))
    texts.set(path, text)
    return text
  }
  return {
    index() {
      const paths = [...new Set(core.resources.all().map(pathOf))].sort()
      const entry = (path: string): unknown => {
        const hash = digestOf(textOf(path) ?? '')
          .slice(7)
          .toUpperCase()
        return { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }
      }
      return { paths: Object.fromEntries(paths.map((path) => [path, entry(path)])) }
    },
    document: textOf,
  }
}

function pathOf({ group, version }: Resource): string {
  return group ? `apis/${group}/${version}` : `api/${version}`
}

function documentOf(resources: Resource[]): Record<string, unknown> {
  const raw = rawSchemas()
  const schemas: Record<string, unknown> = {}
  for (const resource of resources) {
    const gvk = [{ group: resource.group, version: resource.version, kind: resource.kind }]
    const name = schemaNameOf(resource)
    const schema = resource.builtin ? described(name, raw[name]) : customSchema(resource.schema())
    schemas[name] = { ...(isObject(schema) ? schema : {}), 'x-kubernetes-group-version-kind': gvk }
    schemas[`${name}List`] = listSchema(resource, name)
  }
  for (const schema of Object.values(schemas)) addReferenced(schema, raw, schemas)
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.36.3' },
    paths: Object.assign(
      {},
      ...resources.map((resource) => pathsOf(resource, schemaNameOf(resource))),
    ) as unknown,
    components: { schemas: sorted(schemas) },
  }
}

function sorted(schemas: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Reversed domain, version, kind: `io.fluxcd.toolkit.source.v1.OCIRepository`. */
function schemaNameOf({ builtin, group, version, kind }: Resource): string {
  return builtin?.schemaName ?? `${group.split('.').reverse().join('.')}.${version}.${kind}`
}

function listSchema({ group, version, listKind }: Resource, name: string): unknown {
  return {
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { allOf: [{ $ref: refPrefix + listMeta }], default: {} },
      items: { type: 'array', items: { allOf: [{ $ref: refPrefix + name }], default: {} } },
    },
    'x-kubernetes-group-version-kind': [{ group, version, kind: listKind }],
  }
}

/** A CRD's schema as it is published: with the fields that every object has. */
function customSchema(schema: Schema): unknown {
  return {
    ...schema,
    type: 'object',
    properties: {
      apiVersion: { type: 'string', description: 'The group and version of the object.' },
      kind: { type: 'string', description: 'The kind of the object.' },
      ...schema.properties,
      metadata: { allOf: [{ $ref: refPrefix + objectMeta }], description: 'The metadata of the object.' },
    },
  }
}

function addReferenced(schema: unknown, raw: Record<string, unknown>, into: Record<string, unknown>): void {
  if (Array.isArray(schema)) for (const part of schema) addReferenced(part, raw, into)
  if (!isObject(schema)) return
  const { $ref } = schema
  if (typeof $ref === 'string' && $ref.startsWith(refPrefix)) {
    const name = $ref.slice(refPrefix.length)
    if (into[name] === undefined && raw[name] !== undefined) {
      into[name] = described(name, raw[name])
      addReferenced(raw[name], raw, into)
    }
  }
  for (const part of Object.values(schema)) addReferenced(part, raw, into)
}
