import { afterEach, beforeEach, expect, test } from 'vitest'
import type { KubeObject } from '#api'
import { objectsAt, textAt, valueAt } from '../paths.ts'
import { type ApiServer, createApiServer } from '../server.ts'
import { call, eventually } from '../test-client.ts'

let server: ApiServer
const problems: unknown[] = []
const log = { debug() {}, info() {}, error: (...args: unknown[]) => void problems.push(args) }

beforeEach(async () => {
  problems.length = 0
  server = await createApiServer({ simulateDelay: 1, log })
})
afterEach(async () => {
  await server.close()
  expect(problems).toEqual([])
})

const apps = '/apis/apps/v1/namespaces/default'
const core = '/api/v1/namespaces/default'

function workload(kind: string, name: string, spec: object = {}, annotations?: object): object {
  return {
    apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1',
    kind,
    metadata: { name },
    spec: {
      ...(kind === 'Job' ? {} : { selector: { matchLabels: { app: name } } }),
      template: {
        metadata: { labels: { app: name }, ...(annotations ? { annotations } : {}) },
        spec: {
          containers: [{ name: 'main', image: 'nginx:1.27' }],
          ...(kind === 'Job' ? { restartPolicy: 'Never' } : {}),
        },
      },
      ...spec,
    },
  }
}

async function get(path: string): Promise<KubeObject> {
  return (await call(server.handler, `GET ${path}`)).body
}

async function items(path: string): Promise<KubeObject[]> {
  return (await get(path))['items'] as KubeObject[]
}

function condition(object: KubeObject, type: string): Record<string, unknown> | undefined {
  return objectsAt(object, 'status.conditions').find((one) => one['type'] === type)
}

function until(path: string, type: string, reason: string): Promise<KubeObject> {
  return eventually(async () => {
    const object = await get(path)
    return condition(object, type)?.['reason'] === reason ? object : undefined
  })
}

async function patch(path: string, body: unknown): Promise<void> {
  const type = { 'content-type': 'application/strategic-merge-patch+json' }
  expect((await call(server.handler, `PATCH ${path}`, body, type)).status).toBe(200)
}

test('a Deployment becomes available with a ReplicaSet and pods, and says so as the real controllers do', async () => {
  await call(server.handler, `POST ${apps}/deployments`, workload('Deployment', 'web', { replicas: 2 }))
  const deployment = await until(`${apps}/deployments/web`, 'Progressing', 'NewReplicaSetAvailable')
  const [set] = await items(`${apps}/replicasets`)
  expect(deployment['status']).toEqual({
    observedGeneration: 1,
    replicas: 2,
    updatedReplicas: 2,
    readyReplicas: 2,
    availableReplicas: 2,
    terminatingReplicas: 0,
    conditions: [
      expect.objectContaining({
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }),
      expect.objectContaining({
        type: 'Progressing',
        status: 'True',
        message: `ReplicaSet "${set?.metadata.name}" has successfully progressed.`,
      }),
    ],
  })
  expect(deployment.metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '1' })
  expect(
    deployment.metadata.managedFields?.map(({ manager, subresource }) => [manager, subresource]),
  ).toContainEqual(['kube-controller-manager', 'status'])
  expect((await items(`${core}/pods`)).map((pod) => textAt(pod, 'status.phase'))).toEqual([
    'Running',
    'Running',
  ])
})

test('a Deployment without replicas is available at once', async () => {
  await call(server.handler, `POST ${apps}/deployments`, workload('Deployment', 'web', { replicas: 0 }))
  const deployment = await until(`${apps}/deployments/web`, 'Progressing', 'NewReplicaSetAvailable')
  expect(Object.keys(deployment['status'] as object).sort()).toEqual([
    'conditions',
    'observedGeneration',
    'terminatingReplicas',
  ])
})

test('another template rolls out as another ReplicaSet, and the old one goes to zero', async () => {
  await call(server.handler, `POST ${apps}/deployments`, workload('Deployment', 'web', { replicas: 2 }))
  await until(`${apps}/deployments/web`, 'Progressing', 'NewReplicaSetAvailable')
  const containers = [{ name: 'main', image: 'nginx:1.28' }]
  await patch(`${apps}/deployments/web`, { spec: { template: { spec: { containers } } } })
  const sets = await eventually(async () => {
    const found = await items(`${apps}/replicasets`)
    const replicas = found.map((set) => textAt(set, 'status.replicas'))
    return new Set(replicas).has('0') && new Set(replicas).has('2') && found
  })
  const revisions = sets.map(({ metadata }) => metadata.annotations?.['deployment.kubernetes.io/revision'])
  expect(new Set(revisions)).toEqual(new Set(['1', '2']))
  const images = (await items(`${core}/pods`)).map((pod) => objectsAt(pod, 'spec.containers')[0]?.['image'])
  expect(images).toEqual(['nginx:1.28', 'nginx:1.28'])
})

test('a workload that is to fail exceeds its deadline, and one that is to be stuck never gets ready', async () => {
  const fail = workload('Deployment', 'bad', {}, { 'sluice.dev/simulate': 'fail' })
  const stuck = workload('Deployment', 'slow', {}, { 'sluice.dev/simulate': 'stuck' })
  await call(server.handler, `POST ${apps}/deployments`, fail)
  await call(server.handler, `POST ${apps}/deployments`, stuck)
  const bad = await until(`${apps}/deployments/bad`, 'Progressing', 'ProgressDeadlineExceeded')
  expect(condition(bad, 'Available')?.['status']).toBe('False')
  const slow = await until(`${apps}/deployments/slow`, 'Progressing', 'ReplicaSetUpdated')
  expect(valueAt(slow, 'status.readyReplicas')).toBeUndefined()
})

test('what happens to a workload is told by Events about everything that it is made of', async () => {
  await call(
    server.handler,
    `POST ${apps}/statefulsets`,
    workload('StatefulSet', 'db', {
      serviceName: 'db',
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    }),
  )
  const told = await eventually(async () => {
    const events = await items(`${core}/events`)
    return (
      events.length >= 6 &&
      events.map((one) => `${textAt(one, 'involvedObject.kind')} ${textAt(one, 'reason')}`)
    )
  })
  expect(told.sort()).toEqual([
    'Node NodeReady',
    'PersistentVolumeClaim ProvisioningSucceeded',
    'Pod Scheduled',
    'Pod Started',
    'StatefulSet SuccessfulCreate',
    'StatefulSet SuccessfulCreate',
  ])
})

test('the one node has a state and a lease', async () => {
  const node = await get('/api/v1/nodes/sluice')
  expect(condition(node, 'Ready')).toMatchObject({ status: 'True', reason: 'KubeletReady' })
  expect(valueAt(node, 'status.nodeInfo')).toMatchObject({ kubeletVersion: 'v1.36.3' })
  const lease = await get('/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/sluice')
  expect(lease['spec']).toMatchObject({ holderIdentity: 'sluice' })
})

test('a deleted Deployment takes everything of it along', async () => {
  await call(server.handler, `POST ${apps}/deployments`, workload('Deployment', 'web'))
  await until(`${apps}/deployments/web`, 'Progressing', 'NewReplicaSetAvailable')
  await call(server.handler, `DELETE ${apps}/deployments/web`)
  await eventually(async () => (await items(`${core}/pods`)).length === 0)
  expect(await items(`${apps}/replicasets`)).toEqual([])
})

test('a StatefulSet starts its pods in order, each with a volume of its own', async () => {
  const claim = {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  }
  const spec = { replicas: 2, serviceName: 'db', volumeClaimTemplates: [claim] }
  await call(server.handler, `POST ${apps}/statefulsets`, workload('StatefulSet', 'db', spec))
  const set = await eventually(async () => {
    const found = await get(`${apps}/statefulsets/db`)
    return valueAt(found, 'status.readyReplicas') === 2 && found
  })
  expect(set['status']).toMatchObject({
    observedGeneration: 1,
    replicas: 2,
    currentReplicas: 2,
    updatedReplicas: 2,
  })
  expect(textAt(set, 'status.currentRevision')).toBe(textAt(set, 'status.updateRevision'))
  expect((await items(`${core}/pods`)).map(({ metadata }) => metadata.name)).toEqual(['db-0', 'db-1'])
  const claims = await items(`${core}/persistentvolumeclaims`)
  expect(claims.map((one) => [one.metadata.name, textAt(one, 'status.phase')])).toEqual([
    ['data-db-0', 'Bound'],
    ['data-db-1', 'Bound'],
  ])
  const volumes = await items('/api/v1/persistentvolumes')
  expect(new Set(volumes.map((one) => textAt(one, 'spec.claimRef.name')))).toEqual(
    new Set(['data-db-0', 'data-db-1']),
  )
  expect(volumes.every((one) => textAt(one, 'status.phase') === 'Bound')).toBe(true)
})

test('a StatefulSet replaces its pods when its template changes', async () => {
  await call(server.handler, `POST ${apps}/statefulsets`, workload('StatefulSet', 'db', { replicas: 2 }))
  await eventually(async () => valueAt(await get(`${apps}/statefulsets/db`), 'status.readyReplicas') === 2)
  const containers = [{ name: 'main', image: 'nginx:1.28' }]
  await patch(`${apps}/statefulsets/db`, { spec: { template: { spec: { containers } } } })
  await eventually(async () => {
    const found = await get(`${apps}/statefulsets/db`)
    const current = textAt(found, 'status.currentRevision') === textAt(found, 'status.updateRevision')
    return (
      current &&
      valueAt(found, 'status.updatedReplicas') === 2 &&
      valueAt(found, 'status.readyReplicas') === 2
    )
  })
  const images = (await items(`${core}/pods`)).map((pod) => objectsAt(pod, 'spec.containers')[0]?.['image'])
  expect(images).toEqual(['nginx:1.28', 'nginx:1.28'])
})

test('a DaemonSet runs once on the one node, if the node fits', async () => {
  await call(server.handler, `POST ${apps}/daemonsets`, workload('DaemonSet', 'agent'))
  const set = await eventually(async () => {
    const found = await get(`${apps}/daemonsets/agent`)
    return valueAt(found, 'status.numberReady') === 1 && found
  })
  expect(set['status']).toEqual({
    currentNumberScheduled: 1,
    desiredNumberScheduled: 1,
    numberMisscheduled: 0,
    numberReady: 1,
    observedGeneration: 1,
    updatedNumberScheduled: 1,
    numberAvailable: 1,
  })
})

test('a Job completes, one that is to fail fails', async () => {
  const jobs = '/apis/batch/v1/namespaces/default/jobs'
  await call(server.handler, `POST ${jobs}`, workload('Job', 'good', { completions: 2, parallelism: 1 }))
  await call(server.handler, `POST ${jobs}`, workload('Job', 'bad', {}, { 'sluice.dev/simulate': 'fail' }))
  const good = await until(`${jobs}/good`, 'Complete', 'CompletionsReached')
  expect(good['status']).toMatchObject({ succeeded: 2, completionTime: expect.any(String) as unknown })
  const bad = await until(`${jobs}/bad`, 'Failed', 'BackoffLimitExceeded')
  expect(bad['status']).toMatchObject({ failed: 1 })
})

test('a load balancer gets an address, and a Service the endpoints of its ready pods', async () => {
  await call(server.handler, `POST ${core}/services`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
  })
  await call(server.handler, `POST ${apps}/deployments`, workload('Deployment', 'web'))
  const slice = await eventually(async () => {
    const [found] = await items('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices')
    return found && objectsAt(found, 'endpoints').length === 1 && found
  })
  expect(slice).toMatchObject({ ports: [{ port: 8080 }], endpoints: [{ conditions: { ready: true } }] })
  const service = await get(`${core}/services/web`)
  expect(objectsAt(service, 'status.loadBalancer.ingress')[0]).toMatchObject({
    ip: expect.any(String) as unknown,
  })
})

test('a claim of an unknown storage class stays pending', async () => {
  const claim = (name: string, storageClassName?: string): object => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
      ...(storageClassName ? { storageClassName } : {}),
    },
  })
  await call(server.handler, `POST ${core}/persistentvolumeclaims`, claim('a'))
  await call(server.handler, `POST ${core}/persistentvolumeclaims`, claim('b', 'nope'))
  await eventually(
    async () => textAt(await get(`${core}/persistentvolumeclaims/a`), 'status.phase') === 'Bound',
  )
  expect(textAt(await get(`${core}/persistentvolumeclaims/b`), 'status.phase')).toBe('Pending')
})

test('without simulation nothing becomes ready', async () => {
  const quiet = await createApiServer({ simulate: false })
  await call(quiet.handler, `POST ${apps}/deployments`, workload('Deployment', 'web'))
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect((await call(quiet.handler, `GET ${core}/pods`)).body['items']).toEqual([])
  expect((await call(quiet.handler, `GET ${apps}/deployments/web`)).body['status']).toEqual({})
  await quiet.close()
})
