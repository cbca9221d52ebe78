import type { Handler } from '#base'
import { isObject, limits, parseYaml, readAll } from '#base'
import { isDeeperThan } from './fields/index.ts'
import type { Resource } from './resource.ts'
import { badRequest, notAcceptable, unsupportedMediaType } from './status-error.ts'

/** In which shape a client wants objects. */
export type Representation = 'object' | 'table' | 'partial'

export interface Acceptance {
  as: Representation
  format: 'json' | 'yaml'
}

/** Where a body comes from, and what reads it when it is protobuf. */
export interface BodySource {
  readonly http: Parameters<Handler>[0]
  readonly protobuf: (bytes: Uint8Array) => Record<string, unknown>
}

/** One request for objects of a resource. */
export interface ApiRequest extends BodySource {
  readonly resource: Resource
  /** Absent for cluster-scoped resources and for all namespaces at once. */
  readonly namespace?: string
  readonly name?: string
  readonly subresource?: 'status' | 'scale' | 'finalize'
  readonly query: URLSearchParams
  readonly accept: Acceptance
}

const yamlTypes = new Set(['application/yaml', 'application/apply-patch+yaml'])
const protobufType = 'application/vnd.kubernetes.protobuf'

/** The body as data, from JSON, YAML or protobuf; throws 400, 413 and 415. Undefined when there is none. */
export async function bodyOf({ http, protobuf }: BodySource): Promise<unknown> {
  if (!http.body) return undefined
  const type = mediaTypeOf(http)
  if (type === 'application/cbor' || type === 'application/apply-patch+cbor')
    throw unsupportedMediaType('application/json', 'application/yaml')
  const bytes = await readAll(http.body, limits.requestBytes, 'request body')
  if (type === protobufType && bytes.byteLength > 0) return protobuf(bytes)
  const text = new TextDecoder().decode(bytes)
  if (text.trim() === '') return undefined
  const value = yamlTypes.has(type) && !text.trimStart().startsWith('{') ? yamlOf(text) : jsonOf(text)
  if (isDeeperThan(value, limits.yamlDepth))
    throw badRequest(`the body is nested more than ${limits.yamlDepth} levels deep`)
  return value
}

/** The body as one JSON object; throws 400. */
export async function objectBodyOf(source: BodySource, kind: string): Promise<Record<string, unknown>> {
  const body = await bodyOf(source)
  if (isObject(body)) return body
  const found = body === undefined ? 'nothing' : Array.isArray(body) ? 'a list' : typeof body
  throw badRequest(`the object provided is unrecognized (must be of type ${kind}): found ${found}`)
}

/** The Content-Type without parameters. */
export function mediaTypeOf(http: ApiRequest['http']): string {
  return (http.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw badRequest(`the body cannot be read as JSON: ${error instanceof Error ? error.message : 'invalid'}`)
  }
}

function yamlOf(text: string): unknown {
  return parseYaml(text, { dialect: 'kubectl', file: 'the body' })
}

/** The first of the accepted media types that is served here; throws 406. */
export function acceptanceOf(http: ApiRequest['http']): Acceptance {
  const header = http.headers.get('accept') ?? ''
  if (header.trim() === '') return { as: 'object', format: 'json' }
  for (const item of header.split(',')) {
    const [type = '', ...rest] = item.split(';').map((part) => part.trim().toLowerCase())
    const format = type === 'application/yaml' ? 'yaml' : 'json'
    if (!['application/json', 'application/*', '*/*', 'application/yaml'].includes(type)) continue
    const as = representationOf(rest)
    if (as) return { as, format }
  }
  throw notAcceptable('application/json', 'application/yaml')
}

function representationOf(parameters: string[]): Representation | undefined {
  const wanted = parameters.find((one) => one.startsWith('as='))?.slice(3)
  if (wanted === undefined) return 'object'
  if (!parameters.includes('g=meta.k8s.io')) return undefined
  if (wanted === 'table') return 'table'
  return wanted.startsWith('partialobjectmetadata') ? 'partial' : undefined
}

/** Whether a query parameter is set to true; throws 400 for what is no boolean. */
export function flagOf(query: URLSearchParams, name: string): boolean {
  const text = query.get(name)
  if (text === null) return false
  if (['', '1', 't', 'true', 'True', 'TRUE'].includes(text)) return true
  if (['0', 'f', 'false', 'False', 'FALSE'].includes(text)) return false
  throw badRequest(`unable to parse query parameter ${name}: found "${text}", wanted true or false`)
}

/** A query parameter that is a whole number; throws 400. */
export function numberOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  if (/^-?\d{1,15}$/.test(text)) return Number(text)
  throw badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`)
}
