import type { Status } from '#api'
import { type HttpResponse, isObject, limits, SluiceError, textOf } from '#base'

const codes: Readonly<Record<string, string>> = {
  NotFound: 'KUBE_NOT_FOUND',
  AlreadyExists: 'KUBE_ALREADY_EXISTS',
  Conflict: 'KUBE_CONFLICT',
  Invalid: 'KUBE_INVALID',
  BadRequest: 'KUBE_BAD_REQUEST',
  Forbidden: 'KUBE_FORBIDDEN',
  Unauthorized: 'KUBE_UNAUTHORIZED',
  Expired: 'KUBE_EXPIRED',
  Gone: 'KUBE_EXPIRED',
}

/**
 * The error for an API server's answer: the code by its Status reason, the message as the server worded it, and in
 * `details` its HTTP status, reason and causes. 429 and 5xx are retryable.
 */
export async function statusError(response: HttpResponse): Promise<SluiceError> {
  const body = await textOf(response, limits.manifestBytes)
  const retryAfter = Number(response.header('retry-after'))
  return errorOfStatus(
    statusOf(body, response.status),
    Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter * 1000 : undefined,
  )
}

/** The error for a Status object, e.g. one that came as a watch event. */
export function errorOfStatus(status: Status, retryAfter?: number): SluiceError {
  const { code = 500, reason = '', message = `the server answered ${code}` } = status
  // A 500 without a reason is an answer about the object (an apply that cannot be typed), not about the server's state.
  const busy = code === 429 || code > 500 || (code === 500 && reason !== '')
  const fallback = busy ? 'KUBE_UNAVAILABLE' : 'KUBE_REFUSED'
  return new SluiceError(codes[reason] ?? (code === 410 ? 'KUBE_EXPIRED' : fallback), message, {
    retryable: busy,
    ...(retryAfter === undefined ? {} : { retryAfter }),
    details: { status: code, reason, causes: status.details?.causes ?? [] },
  })
}

function statusOf(body: string, code: number): Status {
  try {
    const value: unknown = JSON.parse(body)
    if (isObject(value) && value['kind'] === 'Status') return { ...(value as unknown as Status), code }
  } catch {
    // A proxy in between answers with text or HTML; its status code still says what happened.
  }
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    code,
    message: `the server answered ${code}: ${body.slice(0, 200).trim()}`,
  }
}
