import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { Readable } from 'node:stream'
import { connectionError, type Dialer, type DialOptions, openDialer, tlsOf } from './dial.ts'
import type { Fetch, HttpRequest, HttpResponse } from './fetch.ts'
import { limits } from './limit.ts'

/**
 * A {@link Dialer} for commands that make a handful of requests: Node's own client, which is loaded already, where the
 * pool's library would take longer to load than the whole command takes to run. A proxy is left to the pool.
 */
export function openLightDialer(options: DialOptions = {}): Dialer {
  if (options.proxy !== undefined) return openDialer(options)
  const agents = {
    http: new HttpAgent({ keepAlive: true }),
    https: new HttpsAgent({ keepAlive: true, ...tlsOf(options) }),
  }
  const fetch: Fetch = (request) =>
    send(request, request.url.startsWith('https:') ? agents.https : agents.http)
  return {
    fetch,
    async close() {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

function send(request: HttpRequest, agent: HttpAgent): Promise<HttpResponse> {
  const { method, url, headers = {}, body, signal, idleTimeout = limits.idleTimeout } = request
  const options: RequestOptions = {
    method,
    agent,
    headers: headers as Record<string, string | string[]>,
    ...(signal ? { signal } : {}),
  }
  return new Promise((resolve, reject) => {
    const start = url.startsWith('https:') ? httpsRequest : httpRequest
    const sent = start(url, options, (message) => resolve(responseOf(message, url)))
    const fail = (cause: unknown): void =>
      reject(signal?.aborted ? signal.reason : connectionError(url, cause))
    sent.on('error', fail)
    sent.setTimeout(idleTimeout, () => sent.destroy(new Error(`no answer within ${idleTimeout / 1000}s`)))
    if (body === undefined) sent.end()
    else if (typeof body === 'string' || body instanceof Uint8Array) sent.end(body)
    else
      Readable.from(body, { objectMode: false })
        .on('error', (cause) => sent.destroy(cause))
        .pipe(sent)
  })
}

function responseOf(message: IncomingMessage, url: string): HttpResponse {
  return {
    status: message.statusCode ?? 0,
    header(name) {
      const value = message.headers[name]
      return Array.isArray(value) ? value.join(', ') : value
    },
    body: guarded(message, url),
    async cancel() {
      message.destroy()
    },
  }
}

async function* guarded(message: IncomingMessage, url: string): AsyncGenerator<Uint8Array> {
  try {
    yield* message as AsyncIterable<Uint8Array>
  } catch (error) {
    throw error instanceof Error && error.name === 'AbortError' ? error : connectionError(url, error)
  }
}
