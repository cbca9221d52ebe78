import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ApiServer, createApiServer } from './server.ts'
import { apply, call, eventually, watch } from './test-client.ts'

const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const widgets = '/apis/example.dev/v1/namespaces/default/widgets'

let server: ApiServer
beforeEach(async () => {
  server = await createApiServer({ simulate: false })
})
afterEach(() => server.close())

const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1 },
        color: { type: 'string', default: 'red', enum: ['red', 'blue'] },
      },
    },
    status: {
      type: 'object',
      default: { observedGeneration: -1 },
      properties: { observedGeneration: { type: 'integer' }, ready: { type: 'string' } },
    },
  },
}

function definition(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.dev' },
    spec: {
      group: 'example.dev',
      names: { kind: 'Widget', plural: 'widgets', shortNames: ['wd'] },
      scope: 'Namespaced',
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          subresources: { status: {} },
          additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
        },
        {
          name: 'v1beta1',
          served: true,
          storage: false,
          deprecated: true,
          schema: { openAPIV3Schema: schema },
        },
      ],
      ...more,
    },
  }
}

function widget(name: string, spec: object = { size: 1 }): Record<string, unknown> {
  return { apiVersion: 'example.dev/v1', kind: 'Widget', metadata: { name }, spec }
}

test('a definition is served as soon as it is written', async () => {
  await call(server.handler, `POST ${crds}`, definition())
  expect((await call(server.handler, `GET ${widgets}`)).status).toBe(200)
  const { body } = await call(server.handler, `GET ${crds}/widgets.example.dev`)
  expect(body['status']).toMatchObject({
    acceptedNames: { kind: 'Widget', listKind: 'WidgetList', plural: 'widgets', singular: 'widget' },
    conditions: [
      { type: 'NamesAccepted', status: 'True' },
      { type: 'Established', status: 'True' },
    ],
    storedVersions: ['v1'],
  })
})

test('custom objects are defaulted, pruned and validated', async () => {
  await call(server.handler, `POST ${crds}`, definition())
  const created = await call(server.handler, `POST ${widgets}`, widget('x', { size: 2, extra: 1 }))
  expect(created.headers.get('warning')).toBe('299 - "unknown field \\"spec.extra\\""')
  expect(created.body).toMatchObject({
    metadata: { generation: 1 },
    spec: { size: 2, color: 'red' },
    status: { observedGeneration: -1 },
  })
  const bad = await call(server.handler, `POST ${widgets}`, widget('y', { size: 0, color: 'green' }))
  expect(bad.status).toBe(422)
  expect(bad.body['message']).toContain(
    'spec.color: Unsupported value: "green": supported values: "red", "blue"',
  )
  expect(bad.body['message']).toContain(
    'spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
  )
})

test('status and specification are written apart, and only the latter counts generations', async () => {
  await call(server.handler, `POST ${crds}`, definition())
  const { body } = await call(server.handler, `POST ${widgets}`, widget('x'))
  const written = await call(server.handler, `PUT ${widgets}/x/status`, {
    ...body,
    spec: { size: 9 },
    status: { ready: 'yes' },
  })
  expect(written.body).toMatchObject({
    metadata: { generation: 1 },
    spec: { size: 1 },
    status: { ready: 'yes' },
  })
  const replaced = await call(server.handler, `PUT ${widgets}/x`, {
    ...written.body,
    spec: { size: 3 },
    status: { ready: 'no' },
  })
  expect(replaced.body).toMatchObject({ metadata: { generation: 2 }, status: { ready: 'yes' } })
})

test('a custom object is not replaced without its version', async () => {
  await call(server.handler, `POST ${crds}`, definition())
  await call(server.handler, `POST ${widgets}`, widget('x'))
  const { body } = await call(server.handler, `PUT ${widgets}/x`, widget('x', { size: 2 }))
  expect(body['message']).toBe(
    'Widget.example.dev "x" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
  )
})

test('all served versions show the same objects, a deprecated one with a warning', async () => {
  await call(server.handler, `POST ${crds}`, definition())
  await call(server.handler, `POST ${widgets}`, widget('x'))
  const older = '/apis/example.dev/v1beta1/namespaces/default/widgets'
  const { body, headers } = await call(server.handler, `GET ${older}/x`)
  expect(body).toMatchObject({ apiVersion: 'example.dev/v1beta1', spec: { size: 1 } })
  expect(headers.get('warning')).toBe('299 - "example.dev/v1beta1 Widget is deprecated"')
  await apply(server.handler, `${older}/y?fieldManager=me`, {
    ...widget('y'),
    apiVersion: 'example.dev/v1beta1',
  })
  const list = await call(server.handler, `GET ${widgets}`)
  expect((list.body['items'] as { apiVersion: string }[]).map(({ apiVersion }) => apiVersion)).toEqual([
    'example.dev/v1',
    'example.dev/v1',
  ])
})

test('strategic merge patches are for built-in kinds only', async () => {
  await call(server.handler, `POST ${crds}`, definition())
  await call(server.handler, `POST ${widgets}`, widget('x'))
  const type = { 'content-type': 'application/strategic-merge-patch+json' }
  expect((await call(server.handler, `PATCH ${widgets}/x`, {}, type)).status).toBe(415)
})

test('a table shows the columns that the definition asks for', async () => {
  await call(server.handler, `POST ${crds}`, definition())
  await call(server.handler, `POST ${widgets}`, widget('x', { size: 7 }))
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io'
  const { body } = await call(server.handler, `GET ${widgets}`, undefined, { accept })
  expect((body['columnDefinitions'] as { name: string }[]).map(({ name }) => name)).toEqual(['Name', 'Size'])
  expect(body['rows']).toMatchObject([{ cells: ['x', 7], object: { kind: 'PartialObjectMetadata' } }])
})

test('a definition that cannot be served is refused', async () => {
  const misnamed = { ...definition(), metadata: { name: 'other.example.dev' } }
  const { status, body } = await call(server.handler, `POST ${crds}`, misnamed)
  expect([status, body['message']]).toEqual([
    422,
    expect.stringContaining('must be spec.names.plural+"."+spec.group'),
  ])
})

test('deleting a definition deletes its objects and ends their watches', async () => {
  await call(server.handler, `POST ${crds}`, definition())
  await call(server.handler, `POST ${widgets}`, {
    ...widget('x'),
    metadata: { name: 'x', finalizers: ['a.io/x'] },
  })
  const seen: string[] = []
  const watching = (async () => {
    for await (const { type } of watch(server.handler, `${widgets}?watch=1`)) seen.push(type)
  })()
  await call(server.handler, `DELETE ${crds}/widgets.example.dev`)
  const held = await call(server.handler, `GET ${crds}/widgets.example.dev`)
  expect(held.body.metadata.finalizers).toEqual(['customresourcecleanup.apiextensions.k8s.io'])
  const merge = { 'content-type': 'application/merge-patch+json' }
  await call(server.handler, `PATCH ${widgets}/x`, { metadata: { finalizers: null } }, merge)
  await eventually(async () => (await call(server.handler, `GET ${widgets}`)).status === 404)
  await watching
  expect(seen).toEqual(['ADDED', 'MODIFIED', 'DELETED'])
  expect((await call(server.handler, 'GET /apis/example.dev')).status).toBe(404)
})

test('a custom kind has an OpenAPI document with its own fields', async () => {
  await call(server.handler, `POST ${crds}`, definition())
  const { body } = await call(server.handler, 'GET /openapi/v3/apis/example.dev/v1')
  const { schemas } = body['components'] as { schemas: Record<string, unknown> }
  expect(schemas['dev.example.v1.Widget']).toMatchObject({
    properties: { spec: { required: ['size'] }, metadata: {} },
    'x-kubernetes-group-version-kind': [{ group: 'example.dev', version: 'v1', kind: 'Widget' }],
  })
})

test('a version that only a webhook could convert to is not served with a guess', async () => {
  const conversion = { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'] } }
  await call(server.handler, `POST ${crds}`, definition({ conversion }))
  expect((await call(server.handler, `POST ${widgets}`, widget('x'))).status).toBe(201)
  const { status, body } = await call(server.handler, `GET ${widgets.replace('/v1/', '/v1beta1/')}/x`)
  expect([status, body['message']]).toEqual([
    501,
    'the embedded API server of sluice does not implement conversion webhooks, which version v1beta1 of widgets needs',
  ])
})

test('an object that will not act here is stored with a warning', async () => {
  const quotas = '/api/v1/namespaces/default/resourcequotas'
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q' }, spec: {} }
  const { status, headers } = await call(server.handler, `POST ${quotas}`, quota)
  expect([status, headers.get('warning')]).toEqual([
    201,
    '299 - "the embedded API server of sluice stores resource quotas and does not act on them"',
  ])
})
