import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ApiServer, createApiServer } from './server.ts'
import { apply, call, eventually } from './test-client.ts'

const maps = '/api/v1/namespaces/default/configmaps'
const deployments = '/apis/apps/v1/namespaces/default/deployments'

let server: ApiServer
beforeEach(async () => {
  server = await createApiServer({ simulateDelay: 1 })
})
afterEach(() => server.close())

function configMap(name: string, data: Record<string, string> = { a: '1' }): Record<string, unknown> {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data }
}

function deployment(name: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'main', image: 'nginx:1.27' }] },
      },
      ...more,
    },
  }
}

test('an object can be created, read, replaced and deleted', async () => {
  const created = await call(server.handler, `POST ${maps}`, configMap('x'))
  expect(created.status).toBe(201)
  expect(created.body.metadata).toMatchObject({ name: 'x', namespace: 'default', uid: expect.any(String) })
  const read = await call(server.handler, `GET ${maps}/x`)
  expect(read.body).toEqual(created.body)
  const replaced = await call(server.handler, `PUT ${maps}/x`, { ...read.body, data: { a: '2' } })
  expect(replaced.body['data']).toEqual({ a: '2' })
  const deleted = await call(server.handler, `DELETE ${maps}/x`)
  expect(deleted.body).toMatchObject({ kind: 'Status', status: 'Success', details: { kind: 'configmaps' } })
  const gone = await call(server.handler, `GET ${maps}/x`)
  expect(gone.body).toMatchObject({
    kind: 'Status',
    code: 404,
    reason: 'NotFound',
    message: 'configmaps "x" not found',
    details: { name: 'x', kind: 'configmaps' },
  })
})

test('what exists cannot be created, and what has changed not replaced', async () => {
  await call(server.handler, `POST ${maps}`, configMap('x'))
  const again = await call(server.handler, `POST ${maps}`, configMap('x'))
  expect([again.status, again.body['message']]).toEqual([409, 'configmaps "x" already exists'])
  const read = await call(server.handler, `GET ${maps}/x`)
  await call(server.handler, `PUT ${maps}/x`, { ...read.body, data: {} })
  const stale = await call(server.handler, `PUT ${maps}/x`, { ...read.body, data: { b: '1' } })
  expect(stale.status).toBe(409)
  expect(stale.body['message']).toBe(
    'Operation cannot be fulfilled on configmaps "x": the object has been modified; please apply your changes to the latest version and try again',
  )
})

test('replacing an object by itself changes nothing', async () => {
  const { body } = await call(server.handler, `POST ${maps}`, configMap('x'))
  const replaced = await call(server.handler, `PUT ${maps}/x`, body)
  expect(replaced.body.metadata.resourceVersion).toBe(body.metadata.resourceVersion)
})

test('an object in a namespace that is not there is not found', async () => {
  const { status, body } = await call(server.handler, 'POST /api/v1/namespaces/nowhere/configmaps', {
    ...configMap('x'),
  })
  expect([status, body['message']]).toEqual([404, 'namespaces "nowhere" not found'])
})

test('a body of another kind, version, name or namespace is a bad request', async () => {
  const other = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } }
  expect((await call(server.handler, `POST ${maps}`, other)).status).toBe(400)
  const version = { ...configMap('x'), apiVersion: 'v2' }
  expect((await call(server.handler, `POST ${maps}`, version)).body['message']).toBe(
    'the API version in the data (v2) does not match the expected API version (v1)',
  )
  const elsewhere = { ...configMap('x'), metadata: { name: 'x', namespace: 'other' } }
  expect((await call(server.handler, `POST ${maps}`, elsewhere)).body['message']).toBe(
    'the namespace of the provided object does not match the namespace sent on the request',
  )
  await call(server.handler, `POST ${maps}`, configMap('x'))
  expect((await call(server.handler, `PUT ${maps}/x`, configMap('y'))).body['message']).toBe(
    'the name of the object (y) does not match the name on the URL (x)',
  )
})

test.each([
  ['nothing', undefined],
  ['no JSON', '{'],
  ['a list', '[]'],
  ['a number', '7'],
  ['labels that are no texts', '{"metadata":{"name":"x","labels":{"a":{}}}}'],
  ['metadata that is a text', '{"metadata":"x"}'],
  ['a name that is a number', '{"metadata":{"name":7}}'],
  ['an owner that is a text', '{"metadata":{"name":"x","ownerReferences":["y"]}}'],
  ['deep nesting', `{"metadata":{"name":"x"},"data":${'['.repeat(5000)}${']'.repeat(5000)}}`],
])('a body with %s is refused with a Status', async (_what, body) => {
  const answer = await call(server.handler, `POST ${maps}`, body)
  expect([400, 422]).toContain(answer.status)
  expect(answer.body).toMatchObject({ kind: 'Status', status: 'Failure' })
})

test('unknown fields are warned of, refused or ignored as the client asks', async () => {
  const odd = { ...deployment('x', { foo: 1 }) }
  const warned = await call(server.handler, `POST ${deployments}?dryRun=All`, odd)
  expect(warned.headers.get('warning')).toBe('299 - "unknown field \\"spec.foo\\""')
  const strict = await call(server.handler, `POST ${deployments}?fieldValidation=Strict`, odd)
  expect([strict.status, strict.body['message']]).toEqual([
    400,
    'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.foo"',
  ])
  const ignored = await call(server.handler, `POST ${deployments}?fieldValidation=Ignore`, odd)
  expect([ignored.status, ignored.headers.get('warning')]).toEqual([201, null])
})

test('a dry run answers as if, and stores nothing', async () => {
  const { status, body } = await call(server.handler, `POST ${maps}?dryRun=All`, configMap('x'))
  expect([status, body.metadata.name]).toEqual([201, 'x'])
  expect((await call(server.handler, `GET ${maps}/x`)).status).toBe(404)
  expect((await call(server.handler, `POST ${maps}?dryRun=Some`, configMap('x'))).status).toBe(400)
})

test('a generated name starts with what was asked for', async () => {
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'pre-' } }
  const created = await call(server.handler, `POST ${maps}`, body)
  expect(created.body.metadata.name).toMatch(/^pre-[a-z0-9]{5}$/)
})

test('patches come in three forms beside apply', async () => {
  await call(server.handler, `POST ${deployments}`, deployment('x'))
  const patch = (type: string, body: unknown): ReturnType<typeof call> =>
    call(server.handler, `PATCH ${deployments}/x`, body, { 'content-type': `application/${type}+json` })
  const merged = await patch('merge-patch', { spec: { replicas: 2 } })
  expect(merged.body).toMatchObject({ metadata: { generation: 2 }, spec: { replicas: 2 } })
  const listed = await patch('json-patch', [{ op: 'replace', path: '/spec/replicas', value: 3 }])
  expect(listed.body).toMatchObject({ spec: { replicas: 3 } })
  const containers = [{ name: 'side', image: 'busybox:1' }]
  const strategic = await patch('strategic-merge-patch', { spec: { template: { spec: { containers } } } })
  const { spec } = (strategic.body['spec'] as { template: { spec: { containers: { name: string }[] } } })
    .template
  expect(spec.containers.map(({ name }) => name).sort()).toEqual(['main', 'side'])
  expect((await patch('json-patch', [{ op: 'test', path: '/spec/replicas', value: 9 }])).status).toBe(422)
  expect((await patch('what', {})).status).toBe(415)
  expect((await patch('merge-patch', [])).status).toBe(400)
})

test('server-side apply tells who holds a field, and takes it when forced', async () => {
  const one = { ...configMap('x', { a: '1' }) }
  const first = await apply(server.handler, `${maps}/x?fieldManager=one`, one)
  expect(first.status).toBe(201)
  const again = await apply(server.handler, `${maps}/x?fieldManager=one`, one)
  expect(again.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion)
  const two = { ...configMap('x', { a: '2' }) }
  const refused = await apply(server.handler, `${maps}/x?fieldManager=two`, two)
  expect(refused.body).toMatchObject({
    code: 409,
    reason: 'Conflict',
    message: 'Apply failed with 1 conflict: conflict with "one": .data.a',
    details: { causes: [{ reason: 'FieldManagerConflict', field: '.data.a' }] },
  })
  const forced = await apply(server.handler, `${maps}/x?fieldManager=two&force=true`, two)
  expect([forced.status, forced.body['data']]).toEqual([200, { a: '2' }])
  expect((await apply(server.handler, `${maps}/x`, two)).body['message']).toBe(
    'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
  )
})

test('lists come in pages that all show the same moment', async () => {
  for (const name of ['a', 'b', 'c', 'd']) await call(server.handler, `POST ${maps}`, configMap(name))
  await eventually(async () => (await call(server.handler, `GET ${maps}/kube-root-ca.crt`)).status === 200)
  const first = await call(server.handler, `GET ${maps}?limit=2`)
  const meta = first.body.metadata as unknown as Record<string, string>
  expect(meta).toMatchObject({ remainingItemCount: 3, continue: expect.any(String) })
  await call(server.handler, `DELETE ${maps}/c`)
  await call(server.handler, `POST ${maps}`, configMap('e'))
  const second = await call(server.handler, `GET ${maps}?limit=9&continue=${meta['continue']}`)
  const names = (second.body['items'] as { metadata: { name: string } }[]).map(
    ({ metadata }) => metadata.name,
  )
  expect(names).toEqual(['c', 'd', 'kube-root-ca.crt'])
  expect(second.body.metadata.resourceVersion).toBe(meta['resourceVersion'])
  expect((await call(server.handler, `GET ${maps}?limit=2&continue=nonsense`)).status).toBe(400)
})

test('lists can be narrowed by labels and fields', async () => {
  for (const [name, tier] of [
    ['a', 'x'],
    ['b', 'y'],
  ] as const)
    await call(server.handler, `POST ${maps}`, { ...configMap(name), metadata: { name, labels: { tier } } })
  const names = async (query: string): Promise<string[]> => {
    const { body } = await call(server.handler, `GET ${maps}?${query}`)
    return (body['items'] as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name)
  }
  expect(await names('labelSelector=tier%3Dy')).toEqual(['b'])
  expect(await names('labelSelector=tier+in+(x,y)&fieldSelector=metadata.name!%3Db')).toEqual(['a'])
  const bad = await call(server.handler, `GET ${maps}?fieldSelector=data.a%3D1`)
  expect([bad.status, bad.body['message']]).toEqual([400, 'field label not supported: data.a'])
})

test('finalizers hold a deleted object until the last of them is gone', async () => {
  const metadata = { name: 'x', finalizers: ['a.io/x'] }
  await call(server.handler, `POST ${maps}`, { ...configMap('x'), metadata })
  const deleted = await call(server.handler, `DELETE ${maps}/x`)
  expect(deleted.body.metadata.deletionTimestamp).toBeTypeOf('string')
  const more = { metadata: { finalizers: ['a.io/x', 'b.io/y'] } }
  const merge = { 'content-type': 'application/merge-patch+json' }
  const refused = await call(server.handler, `PATCH ${maps}/x`, more, merge)
  expect(refused.body['message']).toContain('no new finalizers can be added if the object is being deleted')
  await call(server.handler, `PATCH ${maps}/x`, { metadata: { finalizers: null } }, merge)
  expect((await call(server.handler, `GET ${maps}/x`)).status).toBe(404)
})

test('a deletion with a precondition that does not hold is refused', async () => {
  await call(server.handler, `POST ${maps}`, configMap('x'))
  const options = { preconditions: { uid: 'another' } }
  const { status, body } = await call(server.handler, `DELETE ${maps}/x`, options)
  expect([status, body['message']]).toEqual([
    409,
    expect.stringMatching(/the UID in the precondition \(another\) does not match the UID in record/),
  ])
})

test('deleting a collection deletes what is selected', async () => {
  await call(server.handler, `POST ${maps}`, configMap('x'))
  await call(server.handler, `POST ${maps}`, configMap('y'))
  await call(server.handler, `DELETE ${maps}?fieldSelector=metadata.name%3Dx`)
  expect((await call(server.handler, `GET ${maps}/x`)).status).toBe(404)
  expect((await call(server.handler, `GET ${maps}/y`)).status).toBe(200)
})

test('a Service gets an address of its own, and may ask for one that is free', async () => {
  const services = '/api/v1/namespaces/default/services'
  const service = (name: string, spec: object): object => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { ports: [{ port: 80 }], ...spec },
  })
  const first = await call(server.handler, `POST ${services}`, service('a', {}))
  const spec = first.body['spec'] as { clusterIP: string; clusterIPs: string[] }
  expect(spec.clusterIP).toMatch(/^10\.96\.\d+\.\d+$/)
  expect(spec.clusterIPs).toEqual([spec.clusterIP])
  const taken = await call(server.handler, `POST ${services}`, service('b', { clusterIP: spec.clusterIP }))
  expect([taken.status, taken.body['message']]).toEqual([
    422,
    expect.stringContaining('provided IP is already allocated'),
  ])
  const headless = await call(server.handler, `POST ${services}`, service('c', { clusterIP: 'None' }))
  expect(headless.body['spec']).toMatchObject({ clusterIP: 'None', clusterIPs: ['None'] })
  const node = await call(server.handler, `POST ${services}`, service('d', { type: 'NodePort' }))
  const [port] = (node.body['spec'] as { ports: { nodePort: number }[] }).ports
  expect(port?.nodePort).toBeGreaterThanOrEqual(30_000)
})

test('the scale subresource changes the replicas of a workload and nothing else', async () => {
  await call(server.handler, `POST ${deployments}`, deployment('x'))
  const scale = await call(server.handler, `GET ${deployments}/x/scale`)
  expect(scale.body).toMatchObject({ kind: 'Scale', spec: { replicas: 1 }, status: { selector: 'app=x' } })
  const scaled = await call(server.handler, `PUT ${deployments}/x/scale`, {
    ...scale.body,
    metadata: { name: 'x' },
    spec: { replicas: 3 },
  })
  expect(scaled.body['spec']).toEqual({ replicas: 3 })
  const negative = { spec: { replicas: -1 } }
  const merge = { 'content-type': 'application/merge-patch+json' }
  expect((await call(server.handler, `PATCH ${deployments}/x/scale`, negative, merge)).status).toBe(422)
})

test('the status of an object is written through its subresource only', async () => {
  const quiet = await createApiServer({ simulate: false })
  const object = { ...deployment('x'), status: { replicas: 7 } }
  const created = await call(quiet.handler, `POST ${deployments}`, object)
  expect(created.body['status']).not.toMatchObject({ replicas: 7 })
  const written = await call(quiet.handler, `PUT ${deployments}/x/status`, {
    ...created.body,
    spec: { ...(created.body['spec'] as object), replicas: 9 },
    status: { replicas: 1 },
  })
  expect(written.body).toMatchObject({
    metadata: { generation: 1 },
    spec: { replicas: 1 },
    status: { replicas: 1 },
  })
  await quiet.close()
})

test('with a token, requests without it are unauthorized', async () => {
  const guarded = await createApiServer({ token: 'secret', simulate: false })
  const none = await call(guarded.handler, 'GET /api')
  expect([none.status, none.body['reason']]).toEqual([401, 'Unauthorized'])
  const good = await call(guarded.handler, 'GET /api', undefined, { authorization: 'Bearer secret' })
  expect(good.status).toBe(200)
  await guarded.close()
})

test.each([
  ['GET /apis/nobody.io/v1/things', 404],
  ['GET /api/v1/widgets', 404],
  ['GET /api/v1/namespaces/default/configmaps/x/status', 404],
  ['GET /nothing', 404],
  ['GET /api/v1/namespaces/default/pods/x/log', 501],
  ['POST /api/v1/namespaces/default/serviceaccounts/default/token', 501],
  ['GET /apis/certificates.k8s.io/v1/certificatesigningrequests', 501],
  ['POST /apis/authentication.k8s.io/v1/tokenreviews', 501],
  ['GET /api/v1/watch/pods', 501],
  ['GET /metrics', 501],
  ['POST /api/v1/configmaps', 405],
  ['PUT /api/v1/namespaces/default/configmaps', 405],
  ['GET /api/v1/configmaps/%E0%A4%A', 400],
  ['GET /api/v1/configmaps?limit=x', 400],
  ['GET /api/v1/configmaps?resourceVersion=x', 400],
  ['GET /api/v1/configmaps?watch=perhaps', 400],
])('%s is answered with %d', async (line, status) => {
  const body = line.startsWith('POST') ? '{}' : undefined
  const answer = await call(server.handler, line, body)
  expect(answer.status).toBe(status)
  expect(answer.body).toMatchObject({ kind: 'Status', status: 'Failure', code: status })
})

test('whoever asks may do everything, and is told so', async () => {
  const body = { spec: { resourceAttributes: { verb: 'create', resource: 'pods' } } }
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
  const answer = await call(server.handler, `POST ${path}`, body)
  expect([answer.status, answer.body['status']]).toEqual([201, expect.objectContaining({ allowed: true })])
})

test('only JSON and YAML can be had', async () => {
  const protobuf = { accept: 'application/vnd.kubernetes.protobuf' }
  expect((await call(server.handler, 'GET /api/v1/namespaces', undefined, protobuf)).status).toBe(406)
  const both = { accept: 'application/vnd.kubernetes.protobuf,application/json' }
  expect((await call(server.handler, 'GET /api/v1/namespaces', undefined, both)).status).toBe(200)
  const yaml = await call(server.handler, 'GET /api/v1/namespaces/default', undefined, {
    accept: 'application/yaml',
  })
  expect(yaml.body['text']).toMatch(/^apiVersion: v1\nkind: Namespace\n/)
})

test('discovery lists groups, versions and resources in both of its forms', async () => {
  expect((await call(server.handler, 'GET /apis/apps')).body).toMatchObject({
    kind: 'APIGroup',
    name: 'apps',
    preferredVersion: { groupVersion: 'apps/v1', version: 'v1' },
  })
  const list = await call(server.handler, 'GET /apis/apps/v1')
  expect(list.body['resources']).toContainEqual({
    name: 'deployments',
    singularName: 'deployment',
    namespaced: true,
    kind: 'Deployment',
    verbs: expect.arrayContaining(['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']) as unknown,
    shortNames: ['deploy'],
    categories: ['all'],
  })
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
  const all = await call(server.handler, 'GET /apis', undefined, { accept: `${accept},application/json` })
  expect(all.headers.get('content-type')).toBe(accept)
  expect(all.body.kind).toBe('APIGroupDiscoveryList')
  expect((await call(server.handler, 'GET /version')).body['gitVersion']).toBe('v1.36.3')
  expect((await call(server.handler, 'GET /readyz')).body['text']).toBe('ok')
})

test('the OpenAPI document of a version has its kinds, their paths and what they refer to', async () => {
  const index = await call(server.handler, 'GET /openapi/v3')
  const paths = index.body['paths'] as Record<string, { serverRelativeURL: string }>
  const url = paths['apis/apps/v1']?.serverRelativeURL ?? ''
  expect(url).toMatch(/^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]{64}$/)
  const { body } = await call(server.handler, `GET ${url}`)
  const { schemas } = body['components'] as { schemas: Record<string, Record<string, unknown>> }
  expect(schemas['io.k8s.api.apps.v1.Deployment']?.['x-kubernetes-group-version-kind']).toEqual([
    { group: 'apps', version: 'v1', kind: 'Deployment' },
  ])
  const references = JSON.stringify(body).matchAll(/#\/components\/schemas\/([^"]+)"/g)
  for (const [, name = ''] of references) expect(schemas).toHaveProperty([name])
  expect(body['paths']).toHaveProperty(['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'])
})
