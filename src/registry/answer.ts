/** One error of distribution-spec, "Error Codes". */
export interface Problem {
  status: number
  code: string
  message: string
  detail?: unknown
}

/** An answer that ends a request early; the handler turns it into an error body. */
export class RequestProblem extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.message)
    this.problem = problem
  }
}

/** The error body that registries send. */
export function problemResponse(
  { status, code, message, detail }: Problem,
  headers: Record<string, string> = {},
): Response {
  const response = json({ errors: [{ code, message, ...(detail === undefined ? {} : { detail }) }] }, status)
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
  return response
}

/** A JSON answer. */
export function json(body: unknown, status = 200, type = 'application/json'): Response {
  const bytes = new TextEncoder().encode(JSON.stringify(body))
  return new Response(bytes, {
    status,
    headers: { 'content-type': type, 'content-length': String(bytes.byteLength) },
  })
}

/** An answer without a body. */
export function empty(status: number, headers: Record<string, string> = {}): Response {
  const none = status === 204 || status === 304
  return new Response(null, { status, headers: none ? headers : { 'content-length': '0', ...headers } })
}

/** The distribution-spec's 404 for a manifest, in the words that Flux's conditions are known to show. */
export function manifestUnknown(repository: string, target: string): RequestProblem {
  const detail = target.includes(':') ? { Name: repository, Revision: target } : { Tag: target }
  return new RequestProblem({ status: 404, code: 'MANIFEST_UNKNOWN', message: 'manifest unknown', detail })
}

/** The 404 for a repository that holds nothing. */
export function nameUnknown(repository: string): RequestProblem {
  return new RequestProblem({
    status: 404,
    code: 'NAME_UNKNOWN',
    message: 'repository name not known to registry',
    detail: { name: repository },
  })
}

/** The 404 for a blob. */
export function blobUnknown(digest: string): RequestProblem {
  return new RequestProblem({
    status: 404,
    code: 'BLOB_UNKNOWN',
    message: 'blob unknown to registry',
    detail: digest,
  })
}

/** A 400 with a code and what is wrong. */
export function bad(code: string, message: string, detail?: unknown): RequestProblem {
  return new RequestProblem({ status: 400, code, message, detail })
}
