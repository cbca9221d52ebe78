import type { Resource } from './resource.ts'

interface Operation {
  action: string
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** Query parameters by name and type. */
  query: Readonly<Record<string, string>>
}

const write = { dryRun: 'string', fieldManager: 'string', fieldValidation: 'string' }
const one: readonly Operation[] = [
  { action: 'get', method: 'get', query: {} },
  { action: 'put', method: 'put', query: write },
  { action: 'patch', method: 'patch', query: { ...write, force: 'boolean' } },
  { action: 'delete', method: 'delete', query: { dryRun: 'string', propagationPolicy: 'string' } },
]
const selection = {
  continue: 'string',
  fieldSelector: 'string',
  labelSelector: 'string',
  limit: 'integer',
  resourceVersion: 'string',
  resourceVersionMatch: 'string',
}
const many: readonly Operation[] = [
  {
    action: 'list',
    method: 'get',
    query: { ...selection, watch: 'boolean', allowWatchBookmarks: 'boolean' },
  },
  { action: 'post', method: 'post', query: write },
  { action: 'deletecollection', method: 'delete', query: { ...selection, dryRun: 'string' } },
]

const patchTypes = [
  'application/apply-patch+yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
]

/** The OpenAPI paths of a resource, with what kubectl looks for in them: kinds and query parameters. */
export function pathsOf(resource: Resource, schemaName: string): Record<string, unknown> {
  const { group, version, plural, namespaced, hasStatus } = resource
  const root = group ? `/apis/${group}/${version}` : `/api/${version}`
  const all = `${root}/${plural}`
  const collection = namespaced ? `${root}/namespaces/{namespace}/${plural}` : all
  const operations = (list: readonly Operation[], path: string): Record<string, unknown> => {
    const described = list.map((operation) => [operation.method, describe(resource, operation, schemaName)])
    return { ...(Object.fromEntries(described) as object), parameters: pathParameters(path) }
  }
  const item = `${collection}/{name}`
  return {
    ...(namespaced ? { [all]: operations(many.slice(0, 1), all) } : {}),
    [collection]: operations(many, collection),
    [item]: operations(one, item),
    ...(hasStatus ? { [`${item}/status`]: operations(one.slice(0, 3), item) } : {}),
  }
}

function describe(resource: Resource, { action, method, query }: Operation, schemaName: string): unknown {
  const { group, version, kind } = resource
  const schema = { $ref: `#/components/schemas/${action === 'list' ? `${schemaName}List` : schemaName}` }
  const types = resource.builtin ? [...patchTypes, 'application/strategic-merge-patch+json'] : patchTypes
  const content = Object.fromEntries(types.map((type) => [type, { schema: { type: 'object' } }]))
  const body = method === 'patch' ? content : { 'application/json': { schema } }
  return {
    tags: [group ? `${group.replaceAll('.', '_')}_${version}` : `core_${version}`],
    parameters: Object.entries(query).map(([name, type]) => ({ name, in: 'query', schema: { type } })),
    ...(method === 'get' || method === 'delete' ? {} : { requestBody: { required: true, content: body } }),
    responses: { '200': { description: 'OK', content: { 'application/json': { schema } } } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, version, kind },
  }
}

function pathParameters(path: string): unknown[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}
