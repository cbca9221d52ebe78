import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ApiServer, createApiServer } from './server.ts'
import { createMemoryStore } from './storage.ts'
import { call, watch } from './test-client.ts'

const maps = '/api/v1/namespaces/default/configmaps'

let server: ApiServer
beforeEach(async () => {
  server = await createApiServer({ simulate: false })
})
afterEach(() => server.close())

function configMap(name: string, labels: Record<string, string> = {}): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels } }
}

async function take(query: string, count: number, headers: Record<string, string> = {}): Promise<string[]> {
  const stop = new AbortController()
  const seen: string[] = []
  for await (const { type, object } of watch(server.handler, `${maps}?watch=1&${query}`, {
    signal: stop.signal,
    headers,
  })) {
    seen.push(`${type} ${object.metadata?.name ?? ''}`.trim())
    if (seen.length === count) stop.abort()
  }
  return seen
}

async function revision(): Promise<string> {
  return (await call(server.handler, `GET ${maps}`)).body.metadata.resourceVersion ?? ''
}

test('a watch from a revision tells everything that happened after it', async () => {
  const since = await revision()
  await call(server.handler, `POST ${maps}`, configMap('x'))
  await call(server.handler, `DELETE ${maps}/x`)
  const later = take(`resourceVersion=${since}`, 3)
  await call(server.handler, `POST ${maps}`, configMap('y'))
  expect(await later).toEqual(['ADDED x', 'DELETED x', 'ADDED y'])
})

test('a watch without a revision starts with what is there', async () => {
  await call(server.handler, `POST ${maps}`, configMap('x'))
  const seen = take('fieldSelector=metadata.name!%3Dkube-root-ca.crt', 2)
  await call(server.handler, `POST ${maps}`, configMap('y'))
  expect(await seen).toEqual(['ADDED x', 'ADDED y'])
})

test('initial events end with a bookmark that says so', async () => {
  const stop = new AbortController()
  const query = 'watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan'
  for await (const { type, object } of watch(server.handler, `${maps}?${query}`, { signal: stop.signal })) {
    if (type === 'ADDED') continue
    expect(type).toBe('BOOKMARK')
    expect(object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' })
    expect(Number(object.metadata.resourceVersion)).toBeGreaterThan(0)
    stop.abort()
  }
})

test('initial events need resourceVersionMatch', async () => {
  const { status, body } = await call(server.handler, `GET ${maps}?watch=1&sendInitialEvents=true`)
  expect([status, body['message']]).toEqual([422, expect.stringContaining('NotOlderThan')])
})

test('an object that leaves the selection is deleted for the watcher, and one that enters it added', async () => {
  const since = await revision()
  const seen = take(`resourceVersion=${since}&labelSelector=on%3Dyes`, 3)
  await call(server.handler, `POST ${maps}`, configMap('x'))
  const merge = { 'content-type': 'application/merge-patch+json' }
  const label = (on: string): Promise<unknown> =>
    call(server.handler, `PATCH ${maps}/x`, { metadata: { labels: { on } } }, merge)
  await label('yes')
  await label('no')
  await label('yes')
  expect(await seen).toEqual(['ADDED x', 'DELETED x', 'ADDED x'])
})

test('a watch ends after its timeout', async () => {
  const seen = []
  for await (const event of watch(server.handler, `${maps}?watch=1&resourceVersion=1&timeoutSeconds=1`))
    seen.push(event)
  expect(seen.every(({ type }) => type === 'ADDED')).toBe(true)
})

test('a revision that is no longer kept is expired', async () => {
  const small = await createApiServer({ simulate: false, store: createMemoryStore({ window: 2 }) })
  for (let i = 0; i < 8; i++) await call(small.handler, `POST ${maps}`, configMap(`x${i}`))
  const events = []
  for await (const event of watch(small.handler, `${maps}?watch=1&resourceVersion=1`)) events.push(event)
  expect(events).toMatchObject([{ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } }])
  await small.close()
})

test('a revision of another life of the server is expired as well', async () => {
  const events = []
  for await (const event of watch(server.handler, `${maps}?watch=1&resourceVersion=999999`))
    events.push(event)
  expect(events).toMatchObject([{ type: 'ERROR', object: { code: 410 } }])
})

test('tables can be watched: columns come with the first event only', async () => {
  await call(server.handler, `POST ${maps}`, configMap('x'))
  await call(server.handler, `POST ${maps}`, configMap('y'))
  const stop = new AbortController()
  const columns: boolean[] = []
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'
  const path = `${maps}?watch=1&fieldSelector=metadata.name!%3Dkube-root-ca.crt`
  for await (const { object } of watch(server.handler, path, { signal: stop.signal, headers: { accept } })) {
    expect(object.kind).toBe('Table')
    columns.push(object['columnDefinitions'] !== null)
    if (columns.length === 2) stop.abort()
  }
  expect(columns).toEqual([true, false])
})

test('closing the server ends its watches', async () => {
  const other = await createApiServer({ simulate: false })
  const response = await other.handler(new Request(`http://api.test${maps}?watch=1&resourceVersion=1`))
  await other.close()
  expect(await response.text()).toMatch(/^$|ADDED/)
})

test('watchers of all forms share the same bytes of an event', async () => {
  const seen = Promise.all([take('resourceVersion=1', 2), take('resourceVersion=1', 2)])
  await call(server.handler, `POST ${maps}`, configMap('x'))
  const [one, other] = await seen
  expect(one).toEqual(other)
})
