import { afterEach, beforeEach, expect, test } from 'vitest'
import type { KubeObject } from '#api'
import { systemClock } from '#base'
import { type ApiServer, createApiServer } from './server.ts'
import { call, eventually } from './test-client.ts'

const maps = '/api/v1/namespaces/default/configmaps'

let server: ApiServer
beforeEach(async () => {
  server = await createApiServer({ simulate: false })
})
afterEach(() => server.close())

async function create(name: string, metadata: object = {}, path: string = maps): Promise<KubeObject> {
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata } }
  return (await call(server.handler, `POST ${path}`, body)).body
}

function ownedBy({ apiVersion, kind, metadata }: KubeObject, more: object = {}): object {
  return { ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid, ...more }] }
}

async function statusOf(name: string): Promise<number> {
  return (await call(server.handler, `GET ${maps}/${name}`)).status
}

test('what an owner leaves behind is deleted, down to the last generation', async () => {
  const owner = await create('owner')
  const child = await create('child', ownedBy(owner))
  await create('grandchild', ownedBy(child))
  await call(server.handler, `DELETE ${maps}/owner`)
  await eventually(async () => (await statusOf('grandchild')) === 404)
  expect(await statusOf('child')).toBe(404)
})

test('what has another owner stays, and forgets the one that is gone', async () => {
  const [one, two] = [await create('one'), await create('two')]
  const references = [one, two].map(({ metadata }) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: metadata.name,
    uid: metadata.uid,
  }))
  await create('child', { ownerReferences: references })
  await call(server.handler, `DELETE ${maps}/one`)
  const owners = await eventually(async () => {
    const { body } = await call(server.handler, `GET ${maps}/child`)
    return body.metadata.ownerReferences?.length === 1 && body.metadata.ownerReferences
  })
  expect(owners[0]?.name).toBe('two')
})

test('deletion in the foreground waits for dependents that block it', async () => {
  const owner = await create('owner')
  await create('child', { ...ownedBy(owner, { blockOwnerDeletion: true }), finalizers: ['a.io/hold'] })
  await call(server.handler, `DELETE ${maps}/owner`, { propagationPolicy: 'Foreground' })
  const held = await eventually(async () => {
    const { body } = await call(server.handler, `GET ${maps}/child`)
    return body.metadata.deletionTimestamp ? body : undefined
  })
  expect(held.metadata.finalizers).toContain('a.io/hold')
  expect((await call(server.handler, `GET ${maps}/owner`)).body.metadata.finalizers).toEqual([
    'foregroundDeletion',
  ])
  const merge = { 'content-type': 'application/merge-patch+json' }
  await call(server.handler, `PATCH ${maps}/child`, { metadata: { finalizers: null } }, merge)
  await eventually(async () => (await statusOf('owner')) === 404)
})

test('orphans lose their owner and live on', async () => {
  const owner = await create('owner')
  await create('child', ownedBy(owner))
  await call(server.handler, `DELETE ${maps}/owner`, { propagationPolicy: 'Orphan' })
  await eventually(async () => (await statusOf('owner')) === 404)
  const { status, body } = await call(server.handler, `GET ${maps}/child`)
  expect([status, body.metadata.ownerReferences]).toEqual([200, undefined])
})

test('a namespace comes with its service account and goes with its content', async () => {
  const namespaces = '/api/v1/namespaces'
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } }
  const created = await call(server.handler, `POST ${namespaces}`, body)
  expect(created.body).toMatchObject({
    metadata: { labels: { 'kubernetes.io/metadata.name': 'team' } },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  })
  await eventually(
    async () => (await call(server.handler, `GET ${namespaces}/team/serviceaccounts/default`)).status === 200,
  )
  await create('held', { finalizers: ['a.io/hold'] }, `${namespaces}/team/configmaps`)
  await create('free', {}, `${namespaces}/team/configmaps`)
  const deleted = await call(server.handler, `DELETE ${namespaces}/team`)
  expect(deleted.body).toMatchObject({ kind: 'Namespace', status: { phase: 'Terminating' } })
  await eventually(
    async () => (await call(server.handler, `GET ${namespaces}/team/configmaps/free`)).status === 404,
  )
  const waiting = await call(server.handler, `GET ${namespaces}/team`)
  expect(JSON.stringify(waiting.body['status'])).toContain('a.io/hold in 1 resource instances')
  const late = await call(server.handler, `POST ${namespaces}/team/configmaps`, {
    metadata: { name: 'late' },
  })
  expect([late.status, late.body['message']]).toEqual([
    403,
    'configmaps "late" is forbidden: unable to create new content in namespace team because it is being terminated',
  ])
  const merge = { 'content-type': 'application/merge-patch+json' }
  const free = { metadata: { finalizers: null } }
  await call(server.handler, `PATCH ${namespaces}/team/configmaps/held`, free, merge)
  await eventually(async () => (await call(server.handler, `GET ${namespaces}/team`)).status === 404)
})

test('the namespaces that a cluster needs cannot be deleted', async () => {
  const { status, body } = await call(server.handler, 'DELETE /api/v1/namespaces/default')
  expect([status, body['message']]).toEqual([
    403,
    'namespaces "default" is forbidden: this namespace may not be deleted',
  ])
})

test('events can be written in one version and read in the other', async () => {
  await call(server.handler, 'POST /api/v1/namespaces/default/events', {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e' },
    involvedObject: { kind: 'Pod', name: 'x', namespace: 'default' },
    reason: 'Because',
    message: 'it happened',
    type: 'Normal',
    count: 3,
  })
  const { body } = await call(server.handler, 'GET /apis/events.k8s.io/v1/namespaces/default/events/e')
  expect(body).toMatchObject({
    apiVersion: 'events.k8s.io/v1',
    regarding: { kind: 'Pod', name: 'x' },
    note: 'it happened',
    deprecatedCount: 3,
  })
  const list = await call(
    server.handler,
    'GET /api/v1/events?fieldSelector=involvedObject.name%3Dx,reason%3DBecause',
  )
  expect(list.body['items']).toHaveLength(1)
})

test('an autoscaler of version 1 is one of version 2 with a CPU target', async () => {
  const path = '/namespaces/default/horizontalpodautoscalers'
  await call(server.handler, `POST /apis/autoscaling/v1${path}`, {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'h' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' },
      maxReplicas: 3,
      targetCPUUtilizationPercentage: 80,
    },
  })
  const two = await call(server.handler, `GET /apis/autoscaling/v2${path}/h`)
  expect(two.body['spec']).toMatchObject({
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { averageUtilization: 80 } } }],
  })
  const one = await call(server.handler, `GET /apis/autoscaling/v1${path}/h`)
  expect(one.body['spec']).toMatchObject({ targetCPUUtilizationPercentage: 80 })
})

test('an Event is kept for an hour after it was last seen', async () => {
  let now = Date.UTC(2026, 0, 1)
  let sweep: (() => void) | undefined
  const after = (_ms: number, task: () => void): (() => void) => {
    sweep = task
    return () => undefined
  }
  const aging = await createApiServer({ simulate: false, clock: { ...systemClock, now: () => now, after } })
  const events = '/api/v1/namespaces/default/events'
  const event = (name: string, more: object = {}): object => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name },
    involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' },
    ...more,
  })
  await call(aging.handler, `POST ${events}`, event('old'))
  await call(aging.handler, `POST ${events}`, event('repeated', { lastTimestamp: '2026-01-01T00:30:00Z' }))
  now += 61 * 60 * 1000
  sweep?.()
  await eventually(async () => (await call(aging.handler, `GET ${events}/old`)).status === 404)
  expect((await call(aging.handler, `GET ${events}/repeated`)).status).toBe(200)
  await aging.close()
})
