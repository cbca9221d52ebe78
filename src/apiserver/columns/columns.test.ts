import { expect, test } from 'vitest'
import type { KubeObject } from '#api'
import { builtinKinds } from '../builtin/index.ts'
import { builtinResource } from '../resource.ts'
import { columnsOf } from './columns.ts'

const now = Date.parse('2026-01-01T00:10:00Z')

/** What `kubectl get -o wide` would print of an object, by column. */
function shown(plural: string, group: string, object: Record<string, unknown>): Record<string, unknown> {
  const kind = builtinKinds.find((one) => one.plural === plural && one.group === group)!
  const metadata = { name: 'x', creationTimestamp: '2026-01-01T00:00:00Z' }
  const whole = { apiVersion: 'v1', kind: kind.kind, metadata, ...object } as KubeObject
  const columns = columnsOf(builtinResource(kind))
  return Object.fromEntries(columns.map(({ name, cell }) => [name, cell(whole, now)]))
}

test('a pod that crashes shows why, how often and since when', () => {
  const status = {
    phase: 'Running',
    containerStatuses: [
      {
        name: 'a',
        ready: false,
        restartCount: 3,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:09:00Z' } },
      },
      { name: 'b', ready: true, restartCount: 0, state: { running: {} } },
    ],
  }
  expect(shown('pods', '', { spec: { containers: [{ name: 'a' }, { name: 'b' }] }, status })).toMatchObject({
    Ready: '1/2',
    Status: 'CrashLoopBackOff',
    Restarts: '3 (60s ago)',
    Age: '10m',
    IP: '<none>',
  })
})

test('a pod that is still initializing shows how far it is', () => {
  const spec = { containers: [{ name: 'a' }], initContainers: [{ name: 'i' }, { name: 'j' }] }
  const initContainerStatuses = [
    { name: 'i', state: { terminated: { exitCode: 0 } }, restartCount: 0 },
    { name: 'j', state: { running: {} }, restartCount: 0 },
  ]
  expect(shown('pods', '', { spec, status: { phase: 'Pending', initContainerStatuses } })).toMatchObject({
    Ready: '0/1',
    Status: 'Init:1/2',
  })
})

test('a pod that has ended or is being deleted says so', () => {
  const spec = { containers: [{ name: 'a' }] }
  const terminated = { exitCode: 0, reason: 'Completed' }
  const containerStatuses = [{ name: 'a', restartCount: 0, state: { terminated } }]
  expect(shown('pods', '', { spec, status: { phase: 'Succeeded', containerStatuses } })).toMatchObject({
    Status: 'Completed',
  })
  const metadata = { name: 'x', deletionTimestamp: '2026-01-01T00:00:00Z' }
  expect(shown('pods', '', { spec, metadata, status: { phase: 'Running' } })).toMatchObject({
    Status: 'Terminating',
  })
})

test('a Service shows its addresses and ports', () => {
  const spec = {
    type: 'LoadBalancer',
    clusterIPs: ['10.96.0.9'],
    ports: [
      { port: 80, nodePort: 30_080, protocol: 'TCP' },
      { port: 53, protocol: 'UDP' },
    ],
    selector: { app: 'x' },
  }
  expect(shown('services', '', { spec })).toMatchObject({
    Type: 'LoadBalancer',
    'Cluster-IP': '10.96.0.9',
    'External-IP': '<pending>',
    'Port(s)': '80:30080/TCP,53/UDP',
    Selector: 'app=x',
  })
  expect(shown('services', '', { spec: { type: 'ClusterIP' } })).toMatchObject({
    'Cluster-IP': '<none>',
    'External-IP': '<none>',
    'Port(s)': '<none>',
  })
})

test('an Event of either API shows when it was last seen', () => {
  const about = { kind: 'Pod', name: 'p' }
  const old = { involvedObject: about, lastTimestamp: '2026-01-01T00:08:00Z', count: 4, message: ' hello\n' }
  expect(shown('events', '', old)).toMatchObject({
    'Last Seen': '2m',
    Object: 'pod/p',
    Count: 4,
    Message: 'hello',
  })
  const series = {
    involvedObject: about,
    series: { count: 7, lastObservedTime: '2026-01-01T00:09:30.000000Z' },
  }
  expect(shown('events', '', series)).toMatchObject({ 'Last Seen': '30s', Count: 7 })
})

test('a Job shows its state, completions and duration', () => {
  const status = {
    succeeded: 1,
    startTime: '2026-01-01T00:01:00Z',
    completionTime: '2026-01-01T00:01:30Z',
    conditions: [{ type: 'Complete', status: 'True' }],
  }
  expect(shown('jobs', 'batch', { spec: { completions: 1 }, status })).toMatchObject({
    Status: 'Complete',
    Completions: '1/1',
    Duration: '30s',
  })
})

test('an autoscaler shows its targets, a claim its volume, an ingress its hosts', () => {
  const metrics = [
    { type: 'Resource', resource: { name: 'cpu', target: { averageUtilization: 80 } } },
    { type: 'External', external: { target: { averageValue: '30' } } },
  ]
  expect(shown('horizontalpodautoscalers', 'autoscaling', { spec: { metrics } })).toMatchObject({
    Targets: 'cpu: <unknown>/80%, <unknown>/30 (avg)',
    MinPods: '<unset>',
  })
  const spec = { volumeName: 'v', storageClassName: 'fast' }
  const status = {
    phase: 'Bound',
    accessModes: ['ReadWriteMany', 'ReadWriteOnce'],
    capacity: { storage: '1Gi' },
  }
  expect(shown('persistentvolumeclaims', '', { spec, status })).toMatchObject({
    Status: 'Bound',
    Volume: 'v',
    Capacity: '1Gi',
    'Access Modes': 'RWO,RWX',
    StorageClass: 'fast',
  })
  const rules = ['a', 'b', 'c', 'd'].map((host) => ({ host }))
  expect(shown('ingresses', 'networking.k8s.io', { spec: { rules } })).toMatchObject({
    Hosts: 'a,b,c + 1 more...',
    Ports: '80',
  })
})

test('a kind without columns of its own shows its name and when it was created', () => {
  expect(shown('roles', 'rbac.authorization.k8s.io', {})).toEqual({
    Name: 'x',
    'Created At': '2026-01-01T00:00:00Z',
  })
})
