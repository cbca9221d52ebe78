import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '#base'
import { type ApiServer, createApiServer } from './server.ts'
import { type Answer, apply, call } from './test-client.ts'

const maps = '/api/v1/namespaces/default/configmaps'
const pods = '/api/v1/namespaces/default/pods'
const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const plain = '/apis/example.dev/v1/namespaces/default/plains'

let server: ApiServer
let now = 0
beforeEach(async () => {
  now = Date.UTC(2026, 0, 1)
  server = await createApiServer({ simulate: false, clock: { ...systemClock, now: () => now } })
})
afterEach(() => server.close())

const asManager = (manager: string): string => `fieldManager=${manager}`

function pod(cpu: string, metadata: object = {}): Record<string, unknown> {
  const containers = [{ name: 'main', image: 'nginx:1.27', resources: { requests: { cpu } } }]
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', ...metadata }, spec: { containers } }
}

/** A kind whose status is no subresource. */
async function definePlain(): Promise<void> {
  const status = { type: 'object', properties: { phase: { type: 'string' } } }
  const spec = { type: 'object', properties: { size: { type: 'integer' } } }
  const openAPIV3Schema = { type: 'object', properties: { spec, status } }
  await call(server.handler, `POST ${crds}`, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'plains.example.dev' },
    spec: {
      group: 'example.dev',
      names: { kind: 'Plain', plural: 'plains' },
      scope: 'Namespaced',
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  })
}

test('an applied status is kept and owned where status is no subresource', async () => {
  await definePlain()
  const object = { apiVersion: 'example.dev/v1', kind: 'Plain', metadata: { name: 'x' } }
  const made = await apply(server.handler, `${plain}/x?${asManager('a')}`, {
    ...object,
    spec: { size: 1 },
    status: { phase: 'New' },
  })
  expect(made.body['status']).toEqual({ phase: 'New' })
  expect(made.body.metadata.managedFields?.[0]?.fieldsV1).toMatchObject({
    'f:status': { 'f:phase': {} },
  })
  const next = await apply(server.handler, `${plain}/x?${asManager('b')}`, {
    ...object,
    status: { phase: 'Old' },
  })
  expect(next.body['message']).toBe('Apply failed with 1 conflict: conflict with "a": .status.phase')
  const merged = await call(
    server.handler,
    `PATCH ${plain}/x?${asManager('c')}`,
    { status: { phase: 'Old' } },
    {
      'content-type': 'application/merge-patch+json',
    },
  )
  expect(merged.body['status']).toEqual({ phase: 'Old' })
  expect(merged.body.metadata.managedFields?.map(({ manager }) => manager)).toEqual(['a', 'c'])
})

test.each([
  ['a quantity in other words', pod('1'), pod('1000m')],
  ['an empty map', pod('1', { labels: {} }), pod('1', { labels: {} })],
  ['an empty list', pod('1', { finalizers: [] }), pod('1', { finalizers: [] })],
  ['nothing new at all', pod('1'), pod('1')],
])('an apply with %s writes nothing', async (_what, before, same) => {
  const first = await apply(server.handler, `${pods}/p?${asManager('a')}`, before)
  now += 60_000
  const again = await apply(server.handler, `${pods}/p?${asManager('a')}`, same)
  expect([again.status, again.body]).toEqual([200, first.body])
})

test('an empty map of metadata is not stored for a custom kind either', async () => {
  await definePlain()
  const object = { apiVersion: 'example.dev/v1', kind: 'Plain', metadata: { name: 'x', labels: {} } }
  const first = await apply(server.handler, `${plain}/x?${asManager('a')}`, object)
  expect(first.body.metadata.labels).toBeUndefined()
  now += 60_000
  const again = await apply(server.handler, `${plain}/x?${asManager('a')}`, object)
  expect(again.body).toEqual(first.body)
})

test('several conflicts are told by manager', async () => {
  const map = (data: object): object => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'x' },
    data,
  })
  await apply(server.handler, `${maps}/x?${asManager('a')}`, map({ a: '1', b: '1' }))
  const refused = await apply(server.handler, `${maps}/x?${asManager('b')}`, map({ a: '2', b: '2' }))
  expect([refused.status, refused.body['message']]).toEqual([
    409,
    'Apply failed with 2 conflicts: conflicts with "a":\n- .data.a\n- .data.b',
  ])
  expect(refused.body['details']).toEqual({
    causes: [
      { reason: 'FieldManagerConflict', message: 'conflict with "a"', field: '.data.a' },
      { reason: 'FieldManagerConflict', message: 'conflict with "a"', field: '.data.b' },
    ],
  })
})

test('an applied list that names an item twice is refused with its path', async () => {
  const twice = [
    { name: 'main', image: 'a' },
    { name: 'main', image: 'b' },
  ]
  const { status, body } = await apply(server.handler, `${pods}/p?${asManager('a')}`, {
    ...pod('1'),
    spec: { containers: twice },
  })
  expect([status, body['reason'], body['message']]).toEqual([
    500,
    undefined,
    'failed to create typed patch object (/p; /v1, Kind=Pod): .spec.containers: duplicate entries for key [name="main"]',
  ])
})

// As kube-apiserver 1.36.3 answered these very requests, whatever fieldValidation says.
test.each(['', '&fieldValidation=Ignore', '&fieldValidation=Warn', '&fieldValidation=Strict'])(
  'an applied field that is not declared is refused with its typed path (%j)',
  async (validation) => {
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'x' },
      spec: { portz: [], ports: [{ port: 80, foo: 1 }] },
    }
    const { status, body } = await apply(
      server.handler,
      `/api/v1/namespaces/default/services/x?${asManager('a')}${validation}`,
      service,
    )
    expect([status, body['reason'], body['message']]).toEqual([
      500,
      undefined,
      'failed to create typed patch object (/x; /v1, Kind=Service): errors:\n  .spec.ports[port=80,protocol="TCP"].foo: field not declared in schema\n  .spec.portz: field not declared in schema',
    ])
  },
)

const json = 'application/json-patch+json'
const merge = 'application/merge-patch+json'
const strategic = 'application/strategic-merge-patch+json'
const refused: [what: string, type: string, patch: unknown, code: number, reason: string][] = [
  ['a JSON patch that is no list', json, { a: 1 }, 400, 'BadRequest'],
  ['an unknown operation', json, [{ op: 'spin', path: '/data' }], 400, 'BadRequest'],
  ['a path without a slash', json, [{ op: 'remove', path: 'data' }], 400, 'BadRequest'],
  ['a path that leads nowhere', json, [{ op: 'remove', path: '/data/z' }], 422, 'Invalid'],
  ['a test that does not hold', json, [{ op: 'test', path: '/data/a', value: '2' }], 422, 'Invalid'],
  [
    'too many operations',
    json,
    Array.from({ length: 10_001 }, () => ({ op: 'add', path: '/data/a', value: '1' })),
    413,
    'RequestEntityTooLarge',
  ],
  ['the removal of everything', json, [{ op: 'remove', path: '' }], 400, 'BadRequest'],
  ['a merge patch that is a list', merge, [], 400, 'BadRequest'],
  ['another name', merge, { metadata: { name: 'y' } }, 400, 'BadRequest'],
  ['an unknown directive', strategic, { data: { $patch: 'smash' } }, 400, 'BadRequest'],
  ['a wrong order', strategic, { '$setElementOrder/data': 1, data: {} }, 400, 'BadRequest'],
  ['a patch of another type', 'text/plain', '{}', 415, 'UnsupportedMediaType'],
]
test.each(refused)('%s is refused', async (_what, type, patch, code, reason) => {
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { a: '1' } }
  const { body: before } = await call(server.handler, `POST ${maps}`, map)
  const answer: Answer = await call(server.handler, `PATCH ${maps}/x`, patch, { 'content-type': type })
  expect([answer.status, answer.body]).toEqual([
    code,
    expect.objectContaining({ kind: 'Status', code, reason }),
  ])
  expect((await call(server.handler, `GET ${maps}/x`)).body).toEqual(before)
})
