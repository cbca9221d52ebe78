import { afterEach, describe, expect, test } from 'vitest'
import { openLightDialer } from './dial.light.ts'
import { type Dialer, openDialer } from './dial.ts'
import { isCode } from './error.ts'
import { type Fetch, fetchFrom, type Handler, textOf } from './fetch.ts'
import { readAll } from './limit.ts'
import { type Listener, listen } from './listen.ts'

const open: (Dialer | Listener)[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((thing) => thing.close()))
})

async function serve(handler: Handler): Promise<{ url: string; dialer: Dialer }> {
  const listener = await listen(handler)
  const dialer = openDialer()
  open.push(dialer, listener)
  return { url: listener.url, dialer }
}

const echo: Handler = async (request) =>
  new Response(
    `${request.method} ${new URL(request.url).pathname} ${request.headers.get('x-a') ?? ''} ${await request.text()}`,
    { status: 201, headers: { 'x-b': 'c' } },
  )

describe('a handler behaves the same in process and over a socket', () => {
  const request = { method: 'PUT', headers: { 'x-a': ['1', '2'] }, body: 'hello' }
  test.each(['in process', 'over a socket', 'over a light socket'])('%s', async (where) => {
    const { url, dialer } = await serve(echo)
    const light = openLightDialer()
    open.push(light)
    const fetch = {
      'in process': fetchFrom(echo),
      'over a socket': dialer.fetch,
      'over a light socket': light.fetch,
    }[where] as Fetch
    const response = await fetch({ ...request, url: `${url}/p` })
    expect(response.status).toBe(201)
    expect(response.header('x-b')).toBe('c')
    expect(await textOf(response)).toBe('PUT /p 1, 2 hello')
  })
})

test('a streamed response can be left in the middle, and the handler is told', async () => {
  let cancelled = false
  const endless: Handler = () =>
    new Response(
      new ReadableStream({
        pull: async (controller) => {
          await new Promise((resolve) => setTimeout(resolve, 1))
          controller.enqueue(new TextEncoder().encode('line\n'))
        },
        cancel: () => {
          cancelled = true
        },
      }),
    )
  const { url, dialer } = await serve(endless)
  const response = await dialer.fetch({ method: 'GET', url })
  for await (const _ of response.body) break
  await response.cancel()
  await expect.poll(() => cancelled).toBe(true)
})

test.each([openDialer, openLightDialer])('%o says which address did not answer', async (openOne) => {
  const { url } = await serve(echo)
  await open.pop()?.close()
  const dialer = openOne()
  open.push(dialer)
  const failure = await dialer.fetch({ method: 'GET', url }).catch((error: unknown) => error)
  expect(isCode(failure, 'CONNECTION_FAILED') && failure.retryable).toBe(true)
  expect(String(failure)).toContain(`Cannot reach ${url}`)
})

test('listen() refuses an address that is in use', async () => {
  const listener = await listen(echo)
  open.push(listener)
  await expect(listen(echo, { port: listener.port })).rejects.toThrow(
    /Cannot listen on 127.0.0.1:\d+: the address is in use/,
  )
})

test('a handler that throws answers 500 and takes the next request', async () => {
  let calls = 0
  const { url, dialer } = await serve(() => {
    if (calls++ === 0) throw new Error('broken')
    return new Response('ok')
  })
  const first = await dialer.fetch({ method: 'GET', url })
  expect(first.status).toBe(500)
  await first.cancel()
  expect(await textOf(await dialer.fetch({ method: 'GET', url }))).toBe('ok')
})

test('readAll() stops at its limit', async () => {
  const chunks = (async function* () {
    for (;;) yield new Uint8Array(1000)
  })()
  await expect(readAll(chunks, 10_000, 'body')).rejects.toThrow(
    /Cannot read body: found more than 10000 bytes/,
  )
})
