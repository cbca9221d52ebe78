import type { Dispatcher } from 'undici'
import { SluiceError } from './error.ts'
import type { Fetch, HttpResponse } from './fetch.ts'
import { limits } from './limit.ts'

export interface DialOptions {
  /** PEM certificates that are trusted; the system's own when absent. */
  ca?: string
  /** PEM client certificate and key, both or none. */
  cert?: string
  key?: string
  /** Skip TLS verification. Only ever because a user asked for it. */
  insecureTls?: boolean
  /** Server name for TLS, when it is not the URL's host. */
  serverName?: string
  /** Proxy URL (http or https). */
  proxy?: string
  /** Connections kept to one origin. */
  connections?: number
}

/** A client over real sockets: one pool of keep-alive connections per origin. */
export interface Dialer {
  readonly fetch: Fetch
  /** Ends every connection, also those with a request under way. */
  close(): Promise<void>
}

/** Opens a {@link Dialer}. The HTTP library loads at the first request, so that commands that make none start fast. */
export function openDialer(options: DialOptions = {}): Dialer {
  let opening: Promise<Dispatcher> | undefined
  const fetch: Fetch = async ({ method, url, headers = {}, body, signal, idleTimeout }) => {
    opening ??= openDispatcher(options)
    const { origin, pathname, search } = new URL(url)
    const request: Dispatcher.RequestOptions = {
      origin,
      path: pathname + search,
      method,
      headers: headers as Record<string, string | string[]>,
      headersTimeout: limits.headersTimeout,
      bodyTimeout: idleTimeout ?? limits.idleTimeout,
      ...(body === undefined ? {} : { body: body as NonNullable<Dispatcher.RequestOptions['body']> }),
      ...(signal ? { signal } : {}),
    }
    try {
      return responseOf(await (await opening).request(request), url)
    } catch (error) {
      throw signal?.aborted ? signal.reason : connectionError(url, error)
    }
  }
  return {
    fetch,
    async close() {
      await (await opening?.catch(() => undefined))?.destroy()
    },
  }
}

async function openDispatcher(options: DialOptions): Promise<Dispatcher> {
  // The default export: a bundler gives a CommonJS package no others when it is loaded lazily.
  const { Agent, ProxyAgent } = (await import('undici')).default
  const tls = tlsOf(options)
  const pool = { connections: options.connections ?? 16, pipelining: 1 }
  if (options.proxy !== undefined) return new ProxyAgent({ uri: options.proxy, requestTls: tls, ...pool })
  return new Agent({ connect: { ...tls, timeout: limits.connectTimeout }, ...pool })
}

/** The TLS options of a connection, in Node's words. */
export function tlsOf({
  ca,
  cert,
  key,
  serverName,
  insecureTls,
}: DialOptions): Record<string, string | boolean> {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(insecureTls ? { rejectUnauthorized: false } : {}),
  }
}

function responseOf(response: Dispatcher.ResponseData, url: string): HttpResponse {
  return {
    status: response.statusCode,
    header(name) {
      const value = response.headers[name]
      return Array.isArray(value) ? value.join(', ') : value
    },
    body: guarded(response.body, url),
    async cancel() {
      // The consumer no longer wants the body, so an error that destroying it raises concerns nobody.
      response.body.on('error', () => undefined)
      response.body.destroy()
    },
  }
}

async function* guarded(body: AsyncIterable<Uint8Array>, url: string): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (error) {
    throw error instanceof Error && error.name === 'AbortError' ? error : connectionError(url, error)
  }
}

/** The error for a connection that could not be made or broke; `cause` may be anything that a client library throws. */
export function connectionError(url: string, cause: unknown): SluiceError {
  const { code, message } = (cause instanceof Error ? cause : { message: String(cause) }) as {
    code?: string
    message: string
  }
  const { protocol, host } = new URL(url)
  const found = message || code || 'the connection failed'
  return new SluiceError('CONNECTION_FAILED', `Cannot reach ${protocol}//${host}: ${found}`, {
    cause,
    retryable: true,
    details: code === undefined ? {} : { code },
  })
}
