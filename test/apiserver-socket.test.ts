import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ApiServer, createApiServer } from '#apiserver'
import { type Listener, listen } from '#base'

let server: ApiServer
let listener: Listener
beforeAll(async () => {
  server = await createApiServer({ simulate: false })
  listener = await listen(server.handler)
})
afterAll(async () => {
  await listener.close()
  await server.close()
})

/** The first line that comes back for these bytes. */
function say(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(listener.port, '127.0.0.1', () => socket.write(text))
    socket.once('data', (data) => {
      socket.destroy()
      resolve(String(data).split('\r\n')[0] ?? '')
    })
    socket.once('error', reject)
  })
}

test.each([
  ['a method that is none of ours', 'PROPFIND /api HTTP/1.1\r\nHost: a\r\n\r\n', 405],
  ['a method that no handler may see', 'TRACE /api HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['a Host with a blank', 'GET /api HTTP/1.1\r\nHost: a b\r\n\r\n', 400],
  ['a Host that never ends', 'GET /api HTTP/1.1\r\nHost: [::\r\n\r\n', 400],
  ['no Host', 'GET /api HTTP/1.1\r\n\r\n', 400],
  ['a control character', 'GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['no path', 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n', 404],
  ['another server', 'GET http://example.com/api HTTP/1.1\r\nHost: a\r\n\r\n', 404],
  ['a long path', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 431],
])('a request with %s is answered and the next one served', async (_what, text, code) => {
  expect(await say(text)).toMatch(new RegExp(`^HTTP/1\\.1 ${code} `))
  expect(await say('GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n')).toBe('HTTP/1.1 200 OK')
})

test('a body over the limit gets its Status although it is not read to its end', async () => {
  const path = `${listener.url}/api/v1/namespaces/default/configmaps`
  const body = JSON.stringify({ data: { a: 'x'.repeat(8_000_000) } })
  const answer = await fetch(path, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
  expect(await answer.json()).toMatchObject({ code: 413, reason: 'RequestEntityTooLarge' })
})
