import type { Status } from '#api'
import { SluiceError } from '#base'
import type { FieldProblem } from './fields/index.ts'

type Details = NonNullable<Status['details']>

/** What a refusal is about: a resource (`deployments`) or a kind (`Deployment`) with its group. */
export interface Target {
  group: string
  resource: string
}

const refused = 'API_REFUSED'

function refuse(code: number, reason: string, message: string, details?: Details): SluiceError {
  const status: Status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason === '' ? {} : { reason }),
    ...(details ? { details } : {}),
    code,
  }
  return new SluiceError(refused, message, { details: { status } })
}

// Codes of other parts that are about what the client has sent.
const badInput = new Set(['YAML_INVALID', 'OBJECT_INVALID', 'PATCH_INVALID'])
const misfits = new Set(['PATCH_PATH_MISSING', 'PATCH_TEST_FAILED'])

/** The Status that an error carries; 500 InternalError for anything that was not meant for a client. */
export function statusOf(error: unknown): Status {
  if (error instanceof SluiceError) {
    const { status } = error.details as { status?: Status }
    if (error.code === refused && status) return status
    if (error.code === 'LIMIT_EXCEEDED')
      return statusOf(refuse(413, 'RequestEntityTooLarge', `Request entity too large: ${error.message}`))
    if (badInput.has(error.code)) return statusOf(badRequest(error.message))
    if (misfits.has(error.code)) return statusOf(rejected(error.message))
  }
  return statusOf(
    refuse(500, 'InternalError', 'Internal error occurred: the request failed in the embedded API server'),
  )
}

/** `deployments.apps`, or `services` in the core group. */
export function qualified({ group, resource }: Target): string {
  return group ? `${resource}.${group}` : resource
}

function detailsOf({ group, resource }: Target, name?: string): Details {
  return { ...(name ? { name } : {}), ...(group ? { group } : {}), kind: resource }
}

/** 404 for one object. */
export function notFound(target: Target, name: string): SluiceError {
  return refuse(404, 'NotFound', `${qualified(target)} "${name}" not found`, detailsOf(target, name))
}

/** 404 for a path that nothing serves. */
export function noSuchPath(): SluiceError {
  return refuse(404, 'NotFound', 'the server could not find the requested resource', {})
}

/** 409 for a create of something that exists. */
export function alreadyExists(target: Target, name: string): SluiceError {
  return refuse(
    409,
    'AlreadyExists',
    `${qualified(target)} "${name}" already exists`,
    detailsOf(target, name),
  )
}

/** 409 for a write whose precondition no longer holds. */
export function conflict(target: Target, name: string, cause: string): SluiceError {
  return refuse(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(target)} "${name}": ${cause}`,
    detailsOf(target, name),
  )
}

/** 409 for a stale resourceVersion. */
export function modified(target: Target, name: string): SluiceError {
  return conflict(
    target,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  )
}

/** 409 for a server-side apply that would take fields from others. */
export function applyConflict(message: string, causes: { message: string; field: string }[]): SluiceError {
  return refuse(409, 'Conflict', message, {
    causes: causes.map(({ message: cause, field }) => ({
      reason: 'FieldManagerConflict',
      message: cause,
      field,
    })),
  })
}

/** 422 for an object that breaks its kind's rules; `target.resource` is the kind here. */
export function invalid(target: Target, name: string, problems: readonly FieldProblem[]): SluiceError {
  const texts = [...new Set(problems.map(({ field, message }) => `${field}: ${message}`))]
  const found = texts.length > 1 ? `[${texts.join(', ')}]` : (texts[0] ?? 'it is invalid')
  const kind = qualified(target)
  const message = `${kind ? `${kind} ` : ' '}"${name}" is invalid: ${found}`
  return refuse(422, 'Invalid', message, {
    ...detailsOf(target, name),
    causes: problems.map(({ field, reason, message: cause }) => ({ reason, message: cause, field })),
  })
}

/** 422 for a patch that can be read and does not fit the object. */
function rejected(why: string): SluiceError {
  const message = `the server rejected our request due to an error in our request: ${why}`
  return refuse(422, 'Invalid', message, {})
}

/** 403 by one of the server's own rules. */
export function forbidden(
  target: Target,
  name: string,
  why: string,
  causes: Details['causes'] = [],
): SluiceError {
  const what = name ? `${qualified(target)} "${name}"` : qualified(target)
  return refuse(403, 'Forbidden', `${what} is forbidden: ${why}`, {
    ...detailsOf(target, name),
    ...(causes.length > 0 ? { causes } : {}),
  })
}

/** 400 */
export function badRequest(message: string): SluiceError {
  return refuse(400, 'BadRequest', message)
}

/** 500 without a reason, which is how kube-apiserver answers an apply whose fields have no type. */
export function failedToType(message: string): SluiceError {
  return refuse(500, '', message)
}

/** 401 */
export function unauthorized(): SluiceError {
  return refuse(401, 'Unauthorized', 'Unauthorized')
}

/** 405 for a verb that the resource does not have. */
export function methodNotAllowed(target: Target, verb: string): SluiceError {
  return refuse(
    405,
    'MethodNotAllowed',
    `${verb} is not supported on resources of kind "${qualified(target)}"`,
    detailsOf(target),
  )
}

/** 406 when no representation that the client accepts is there. */
export function notAcceptable(...accepted: string[]): SluiceError {
  return refuse(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`)
}

/** 415 for a body in a form that is not read here. */
export function unsupportedMediaType(...accepted: string[]): SluiceError {
  return refuse(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  )
}

/** 410 for a resourceVersion or continue token that is no longer kept. */
export function expired(message: string): SluiceError {
  return refuse(410, 'Expired', message)
}

/** 504 for a resourceVersion from the future: the client waits and lists anew. */
export function revisionTooLarge(found: string, current: number): SluiceError {
  const message = `Too large resource version: ${found}, current: ${current}`
  return refuse(504, 'Timeout', `Timeout: ${message}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  })
}

/** 501 for a part of Kubernetes that this server does not have. */
export function notImplemented(what: string): SluiceError {
  return refuse(501, 'NotImplemented', `the embedded API server of sluice does not implement ${what}`)
}
