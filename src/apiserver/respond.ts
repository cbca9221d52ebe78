import type { KubeObject, Status } from '#api'
import { formatYaml } from '#base'
import type { Core } from './core.ts'
import { partialOf } from './partial.ts'
import type { ApiRequest } from './request.ts'
import { statusOf } from './status-error.ts'
import { tableOf } from './table.ts'

/** What goes with an answer beside its body. */
export interface Answer {
  status?: number
  warnings?: readonly string[]
}

/** A JSON answer. */
export function respondJson(value: unknown, status = 200, type = 'application/json'): Response {
  return respondText(JSON.stringify(value), status, type)
}

/** An answer with this body. */
export function respondText(text: string, status = 200, type = 'application/json'): Response {
  return new Response(`${text}\n`, { status, headers: { 'content-type': type } })
}

/** An error as the Status that clients of Kubernetes read. */
export function respondError(error: unknown): Response {
  const status = statusOf(error)
  return respondJson(status, status.code ?? 500)
}

/** One object in the representation that the client asked for. */
export function respondObject(
  core: Core,
  request: ApiRequest,
  object: KubeObject,
  { status = 200, warnings = [] }: Answer = {},
): Response {
  const { as, format } = request.accept
  // What is stored is frozen, and its JSON is there or will be asked for again.
  const response =
    as === 'object' && format === 'json' && Object.isFrozen(object)
      ? respondText(core.jsonOf(object), status)
      : respondValue(request, bodyOf(core, request, object), status)
  for (const warning of warnings) response.headers.append('warning', formatWarning(warning))
  return response
}

function bodyOf(core: Core, request: ApiRequest, object: KubeObject): unknown {
  if (request.accept.as === 'table' && object.kind === request.resource.kind)
    return tableOf(core, request, [object], { resourceVersion: object.metadata.resourceVersion ?? '' })
  return request.accept.as === 'partial' ? partialOf(object) : object
}

/** Any data in the format that the client asked for. */
export function respondValue(request: Pick<ApiRequest, 'accept'>, value: unknown, status = 200): Response {
  if (request.accept.format === 'yaml')
    return new Response(formatYaml(value), { status, headers: { 'content-type': 'application/yaml' } })
  return respondJson(value, status)
}

/** The Status of something that worked. */
export function success(details: NonNullable<Status['details']>): Status {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details }
}

/** A Warning header (RFC 7234 §5.5): code, agent, quoted text; what is no ASCII is left out, as headers are Latin-1. */
export function formatWarning(text: string): string {
  const quoted = text.replace(/["\\]/g, '\\$&').replace(/[^\x20-\x7e]/g, '?')
  return `299 - "${quoted}"`
}
