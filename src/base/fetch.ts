import { limits, readAll } from './limit.ts'

/** One HTTP request as clients make it: narrower than the web's `Request` so that a connection pool can serve it cheaply. */
export interface HttpRequest {
  readonly method: string
  /** Absolute. */
  readonly url: string
  /** A list is sent as that many headers of the name. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>
  readonly signal?: AbortSignal
  /** Milliseconds without a byte of the body after which it fails; 0 never, as a watch wants it. */
  readonly idleTimeout?: number
}

/** One HTTP response. Its body must be read to the end or cancelled. */
export interface HttpResponse {
  readonly status: number
  /** The header's value by lower-case name, repeated ones joined by ", ". */
  header(name: string): string | undefined
  readonly body: AsyncIterable<Uint8Array>
  /** Gives the connection back without reading on. */
  cancel(): Promise<void>
}

/** The seam of every client: sends a request, follows no redirect, retries nothing, throws only when there is no response. */
export type Fetch = (request: HttpRequest) => Promise<HttpResponse>

/** The shape of every server. */
export type Handler = (request: Request) => Response | Promise<Response>

/** A client seam that calls a handler in this process, with no socket between. */
export function fetchFrom(handler: Handler): Fetch {
  return async ({ method, url, headers = {}, body, signal }) => {
    const init: RequestInit & { duplex?: 'half' } = {
      method,
      headers: headersOf(headers),
      redirect: 'manual',
    }
    if (signal) init.signal = signal
    if (body !== undefined) {
      init.body =
        typeof body === 'string' || body instanceof Uint8Array
          ? (body as NonNullable<RequestInit['body']>)
          : streamOf(body)
      init.duplex = 'half'
    }
    const response = await handler(new Request(url, init))
    const stream = response.body
    return {
      status: response.status,
      header: (name) => response.headers.get(name) ?? undefined,
      body: stream ?? noBytes(),
      cancel: async () => (stream?.locked ? undefined : stream?.cancel()),
    }
  }
}

function headersOf(headers: NonNullable<HttpRequest['headers']>): Headers {
  const all = new Headers()
  for (const [name, value] of Object.entries(headers)) for (const one of [value].flat()) all.append(name, one)
  return all
}

/** The body as UTF-8 text; throws `LIMIT_EXCEEDED` beyond `max` bytes. */
export async function textOf(response: HttpResponse, max: number = limits.manifestBytes): Promise<string> {
  return new TextDecoder().decode(await readAll(response.body, max, 'response body'))
}

/** An async iterable as a web stream. */
export function streamOf(chunks: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await iterator.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await iterator.return?.()
    },
  })
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}
