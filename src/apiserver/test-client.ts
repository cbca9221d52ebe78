import type { KubeObject } from '#api'
import type { Handler } from '#base'

/** What a request for tests came back with. */
export interface Answer {
  status: number
  /** The parsed body. */
  body: KubeObject & Record<string, unknown>
  headers: Headers
}

/** One request to a handler in this process. A string body is sent as it is. */
export async function call(
  handler: Handler,
  line: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const [method = 'GET', path = '/'] = line.split(' ')
  const type = { 'content-type': 'application/json', 'user-agent': 'tester/1.0', ...headers }
  const init: RequestInit = { method, headers: type }
  if (body !== undefined) init.body = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await handler(new Request(`http://api.test${path}`, init))
  const text = await response.text()
  const isJson = (response.headers.get('content-type') ?? '').startsWith('application/json')
  return {
    status: response.status,
    body: (isJson ? JSON.parse(text) : { text }) as Answer['body'],
    headers: response.headers,
  }
}

/** Server-side apply of one object. */
export function apply(handler: Handler, path: string, object: unknown): Promise<Answer> {
  return call(handler, `PATCH ${path}`, object, { 'content-type': 'application/apply-patch+yaml' })
}

/** The events of a watch, one after the other, until it ends. */
export async function* watch(
  handler: Handler,
  path: string,
  options: { signal?: AbortSignal; headers?: Record<string, string> } = {},
): AsyncGenerator<{ type: string; object: KubeObject & Record<string, unknown> }> {
  const response = await handler(new Request(`http://api.test${path}`, options))
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of response.body ?? []) {
    rest += decoder.decode(chunk as Uint8Array, { stream: true })
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield JSON.parse(line) as { type: string; object: KubeObject }
  }
}

/** Polls until `probe` gives something; fails after a second. */
export async function eventually<T>(probe: () => Promise<T | undefined | false>): Promise<T> {
  const until = Date.now() + 2000
  for (;;) {
    const found = await probe()
    if (found) return found
    if (Date.now() > until) throw new Error('Cannot wait any longer: found nothing within two seconds')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
