import { type HttpResponse, isObject, limits, SluiceError, textOf } from '#base'

/** The codes of distribution-spec, "Error Codes", that pass through as our own. */
const knownCodes = new Set([
  'BLOB_UNKNOWN',
  'BLOB_UPLOAD_INVALID',
  'BLOB_UPLOAD_UNKNOWN',
  'DENIED',
  'DIGEST_INVALID',
  'MANIFEST_BLOB_UNKNOWN',
  'MANIFEST_INVALID',
  'MANIFEST_UNKNOWN',
  'NAME_INVALID',
  'NAME_UNKNOWN',
  'SIZE_INVALID',
  'TOOMANYREQUESTS',
  'UNAUTHORIZED',
  'UNSUPPORTED',
])

const codeOfStatus: Readonly<Record<number, string>> = {
  401: 'UNAUTHORIZED',
  403: 'DENIED',
  413: 'SIZE_INVALID',
  429: 'TOOMANYREQUESTS',
}

const retryableStatus = new Set([408, 429, 500, 502, 503, 504])

/** The request that failed: its method, its URL, and the code for a bare 404. */
export interface FailedRequest {
  method: string
  url: string
  missing?: string
}

/**
 * Makes an error of a registry's answer. The message has the form of go-containerregistry, because Flux shows it:
 * `GET http://h/v2/r/manifests/1: MANIFEST_UNKNOWN: manifest unknown; map[Tag:1]`.
 */
export async function registryError(
  request: FailedRequest,
  response: HttpResponse,
  now: number,
): Promise<SluiceError> {
  const { status } = response
  const text = await textOf(response, limits.errorBytes).catch(() => '')
  const diagnostics = parseDiagnostics(text)
  const own = diagnostics.map(({ code }) => code).find((code) => knownCodes.has(code))
  const fallback = status === 404 ? (request.missing ?? 'NAME_UNKNOWN') : codeOfStatus[status]
  const retryAfter = parseRetryAfter(response.header('retry-after'), now)
  return new SluiceError(
    own ?? fallback ?? 'REGISTRY_FAILED',
    `${request.method} ${redactUrl(request.url)}: ${describe(request.method, status, text, diagnostics)}`,
    {
      retryable: retryableStatus.has(status),
      details: { status, codes: diagnostics.map(({ code }) => code) },
      ...(retryAfter === undefined ? {} : { retryAfter }),
    },
  )
}

/** Milliseconds that a `Retry-After` header asks for (RFC 9110 §10.2.3: seconds or a date). */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

const shownParameters = new Set(['scope', 'service', 'mount', 'from', 'digest', 'n', 'last', 'artifactType'])

/** The URL for messages: values of query parameters that may be secrets (signatures, upload state) are masked. */
export function redactUrl(url: string): string {
  const parsed = new URL(url)
  for (const name of new Set(parsed.searchParams.keys()))
    if (!shownParameters.has(name)) parsed.searchParams.set(name, 'REDACTED')
  parsed.username = ''
  parsed.password = ''
  return parsed.href
}

interface Diagnostic {
  code: string
  message: string
  detail: unknown
}

function parseDiagnostics(text: string): Diagnostic[] {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return []
  }
  if (!isObject(body) || !Array.isArray(body.errors)) return []
  return body.errors
    .filter(isObject)
    .filter(({ code }) => typeof code === 'string')
    .map(({ code, message, detail }) => ({
      code: String(code),
      message: typeof message === 'string' ? message : '',
      detail,
    }))
}

function describe(method: string, status: number, text: string, diagnostics: Diagnostic[]): string {
  if (diagnostics.length === 1 && diagnostics[0]) return describeOne(diagnostics[0])
  if (diagnostics.length > 1) return `multiple errors returned: ${diagnostics.map(describeOne).join('; ')}`
  const phrase = `unexpected status code ${status} ${statusText[status] ?? ''}`.trimEnd()
  if (method === 'HEAD') return `${phrase} (HEAD responses have no body, use GET for details)`
  const shown = text.trim().slice(0, 1024)
  return shown === '' ? phrase : `${phrase}: ${shown}`
}

function describeOne({ code, message, detail }: Diagnostic): string {
  const main = `${code}: ${message}`
  return detail === undefined || detail === null ? main : `${main}; ${goText(detail)}`
}

/** A JSON value as Go prints it with %v. */
function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`
  if (isObject(value))
    return `map[${Object.keys(value)
      .sort()
      .map((key) => `${key}:${goText(value[key])}`)
      .join(' ')}]`
  if (typeof value === 'string') return value
  return value === null || value === undefined ? '<nil>' : JSON.stringify(value)
}

const statusText: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Request Entity Too Large',
  416: 'Requested Range Not Satisfiable',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}
