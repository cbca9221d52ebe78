import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { SluiceError } from './error.ts'
import type { Handler } from './fetch.ts'
import type { Log } from './log.ts'

export interface ListenOptions {
  host?: string
  /** 0 picks a free one. */
  port?: number
  /** PEM certificate and key; plain HTTP when absent. `clientCa` asks clients for a certificate of that CA. */
  tls?: { cert: string; key: string; clientCa?: string }
  log?: Log
}

/** A handler that is being served. */
export interface Listener {
  readonly url: string
  readonly port: number
  /** Stops accepting, ends idle and running connections, and resolves when all are gone. */
  close(): Promise<void>
}

/** Serves `handler` on a socket; throws `ADDRESS_UNAVAILABLE`. */
export async function listen(handler: Handler, options: ListenOptions = {}): Promise<Listener> {
  const { host = '127.0.0.1', port = 0, tls, log } = options
  const onRequest = (req: IncomingMessage, res: ServerResponse): void => {
    answer(handler, req, res, tls ? 'https' : 'http').catch((error: unknown) => {
      log?.error('request failed', { url: req.url, error: String(error) })
      if (res.headersSent) res.destroy()
      else res.writeHead(500).end()
    })
  }
  const server = tls
    ? createTlsServer(
        { cert: tls.cert, key: tls.key, ...(tls.clientCa ? { ca: tls.clientCa, requestCert: true } : {}) },
        onRequest,
      )
    : createServer(onRequest)
  server.requestTimeout = 0
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const found = cause.code === 'EADDRINUSE' ? 'the address is in use' : cause.message
      reject(
        new SluiceError(
          'ADDRESS_UNAVAILABLE',
          `Cannot listen on ${host}:${port}: ${found}, wanted a free address`,
          { cause },
        ),
      )
    })
    server.listen(port, host, resolve)
  })
  const bound = (server.address() as AddressInfo).port
  return {
    port: bound,
    url: `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

async function answer(
  handler: Handler,
  req: IncomingMessage,
  res: ServerResponse,
  scheme: string,
): Promise<void> {
  const gone = new AbortController()
  res.on('close', () => gone.abort())
  const request = requestOf(req, scheme, gone.signal)
  if (!request) {
    res.writeHead(400, { 'content-type': 'text/plain', connection: 'close' }).end('Bad Request\n')
    return
  }
  const response = await handler(request)
  for (const [name, value] of response.headers) res.appendHeader(name, value)
  res.writeHead(response.status)
  if (!response.body || req.method === 'HEAD') {
    await response.body?.cancel()
    res.end()
    return
  }
  const reader = response.body.getReader()
  gone.signal.addEventListener('abort', () => void reader.cancel().catch(() => res.destroy()))
  res.flushHeaders()
  for (;;) {
    const { done, value } = await reader.read()
    if (done || gone.signal.aborted) break
    if (!res.write(value)) await drained(res)
  }
  res.end()
}

/** Undefined for a Host or a method (TRACE) that no Request can have. */
function requestOf(req: IncomingMessage, scheme: string, signal: AbortSignal): Request | undefined {
  const headers = new Headers()
  for (let i = 0; i + 1 < req.rawHeaders.length; i += 2)
    headers.append(req.rawHeaders[i] ?? '', req.rawHeaders[i + 1] ?? '')
  const method = req.method ?? 'GET'
  const init: RequestInit & { duplex?: 'half' } = { method, headers, signal }
  if (method !== 'GET' && method !== 'HEAD') {
    init.body = bodyOf(req)
    init.duplex = 'half'
  }
  const url = `${scheme}://${req.headers.host ?? 'localhost'}${req.url ?? '/'}`
  try {
    return new Request(url, init)
  } catch {
    return undefined
  }
}

function bodyOf(req: IncomingMessage): ReadableStream<Uint8Array> {
  const chunks = req[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        await chunks.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}

function drained(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    // The client may be gone already, and then neither event comes.
    if (res.destroyed) return resolve()
    const done = (): void => {
      res.off('drain', done)
      res.off('close', done)
      resolve()
    }
    res.on('drain', done)
    res.on('close', done)
  })
}
