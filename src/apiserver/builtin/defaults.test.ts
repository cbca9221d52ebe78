import { expect, test } from 'vitest'
import type { KubeObject } from '#api'
import { setDefaults } from '../fields/index.ts'
import { setBuiltinDefaults } from './defaults.ts'
import { builtinKinds } from './kind.ts'
import { pullPolicyOf } from './pod-defaults.ts'
import { prepareBuiltin } from './prepare.ts'
import { builtinSchema } from './schemas.ts'

function stored(
  kind: string,
  content: Record<string, unknown>,
  metadata: object = {},
  version = 'v1',
): KubeObject {
  const known = builtinKinds.find((each) => each.kind === kind && each.version === version)
  if (!known) throw new Error(kind)
  const apiVersion = known.group === '' ? version : `${known.group}/${version}`
  const object = { apiVersion, kind, metadata: { name: 'x', ...metadata }, ...content } as KubeObject
  prepareBuiltin(known, object)
  setDefaults(builtinSchema(known.schemaName), object)
  setBuiltinDefaults(known, object, true)
  return object
}
const template = (spec: object): object => ({ metadata: { labels: { app: 'x' } }, spec })

test('a Deployment is stored as the real server stores it', () => {
  const container = {
    name: 'c',
    image: 'i:1',
    ports: [{ containerPort: 80 }],
    readinessProbe: { httpGet: { port: 80 } },
    resources: { limits: { cpu: '1000m', memory: '1024Mi' } },
  }
  const spec = {
    selector: { matchLabels: { app: 'x' } },
    template: template({ containers: [container], volumes: [{ name: 'v', configMap: { name: 'cm' } }] }),
  }
  expect(stored('Deployment', { spec })).toEqual({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'x' },
    spec: {
      progressDeadlineSeconds: 600,
      replicas: 1,
      revisionHistoryLimit: 10,
      selector: { matchLabels: { app: 'x' } },
      strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' }, type: 'RollingUpdate' },
      template: {
        metadata: { labels: { app: 'x' } },
        spec: {
          containers: [
            {
              image: 'i:1',
              imagePullPolicy: 'IfNotPresent',
              name: 'c',
              ports: [{ containerPort: 80, protocol: 'TCP' }],
              readinessProbe: {
                failureThreshold: 3,
                httpGet: { path: '/', port: 80, scheme: 'HTTP' },
                periodSeconds: 10,
                successThreshold: 1,
                timeoutSeconds: 1,
              },
              resources: { limits: { cpu: '1', memory: '1Gi' } },
              terminationMessagePath: '/dev/termination-log',
              terminationMessagePolicy: 'File',
            },
          ],
          dnsPolicy: 'ClusterFirst',
          restartPolicy: 'Always',
          schedulerName: 'default-scheduler',
          securityContext: {},
          terminationGracePeriodSeconds: 30,
          volumes: [{ configMap: { defaultMode: 420, name: 'cm' }, name: 'v' }],
        },
      },
    },
    status: {},
  })
})

test('defaults are the same the second time', () => {
  const spec = {
    selector: { matchLabels: { app: 'x' } },
    template: template({ containers: [{ name: 'c' }] }),
  }
  const once = stored('StatefulSet', {
    spec: { ...spec, volumeClaimTemplates: [{ metadata: { name: 'v' } }] },
  })
  const { apiVersion: _v, kind: _k, metadata: _m, ...content } = structuredClone(once)
  expect(stored('StatefulSet', content)).toEqual(once)
})

test('a Recreate strategy gets no rolling update', () => {
  const object = stored('Deployment', {
    spec: { strategy: { type: 'Recreate' }, template: template({ containers: [] }) },
  })
  expect(object).toHaveProperty('spec.strategy', { type: 'Recreate' })
})

test.each([
  ['nginx', 'Always'],
  ['nginx:latest', 'Always'],
  ['nginx:1.2', 'IfNotPresent'],
  ['host:5000/nginx', 'Always'],
  ['host:5000/nginx:1.2', 'IfNotPresent'],
  [`nginx@sha256:${'0'.repeat(64)}`, 'IfNotPresent'],
  [`nginx:latest@sha256:${'0'.repeat(64)}`, 'IfNotPresent'],
])('the pull policy of %s is %s', (image, wanted) => {
  expect(pullPolicyOf(image)).toBe(wanted)
})

test('a Service gets its type, affinity, protocols and target ports', () => {
  expect(stored('Service', { spec: { ports: [{ port: 80 }] } })).toMatchObject({
    spec: {
      internalTrafficPolicy: 'Cluster',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      sessionAffinity: 'None',
      type: 'ClusterIP',
    },
    status: { loadBalancer: {} },
  })
})

test('a Job selects its pods by its uid', () => {
  const object = stored('Job', { spec: { template: template({ containers: [] }) } }, { uid: 'u1' })
  expect(object.metadata.labels).toEqual({ app: 'x' })
  expect(object).toMatchObject({
    spec: {
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      completions: 1,
      parallelism: 1,
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u1' } },
      template: { metadata: { labels: { app: 'x', 'job-name': 'x', 'controller-uid': 'u1' } } },
    },
  })
})

test('a Namespace carries its name as a label and a finalizer', () => {
  expect(stored('Namespace', {})).toEqual({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { labels: { 'kubernetes.io/metadata.name': 'x' }, name: 'x' },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  })
})

test('a Secret is Opaque, and its stringData becomes data', () => {
  expect(stored('Secret', { stringData: { a: 'x' }, data: { a: 'b2xk', b: 'Yg==' } })).toEqual({
    apiVersion: 'v1',
    data: { a: 'eA==', b: 'Yg==' },
    kind: 'Secret',
    metadata: { name: 'x' },
    type: 'Opaque',
  })
})

test('a pod requests what it is limited to, a template does not', () => {
  const resources = { limits: { cpu: '1' } }
  expect(stored('Pod', { spec: { containers: [{ name: 'c', resources }] } })).toMatchObject({
    spec: {
      enableServiceLinks: true,
      containers: [{ resources: { limits: { cpu: '1' }, requests: { cpu: '1' } } }],
    },
  })
})

test('subjects and role references name their group', () => {
  const content = { roleRef: { kind: 'Role', name: 'r' }, subjects: [{ kind: 'User', name: 'u' }] }
  expect(stored('RoleBinding', content)).toMatchObject({
    roleRef: { apiGroup: 'rbac.authorization.k8s.io' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io' }],
  })
})

test('a custom resource definition names its list and has no conversion', () => {
  const spec = { group: 'g.io', names: { kind: 'Foo', plural: 'foos' }, scope: 'Namespaced', versions: [] }
  expect(stored('CustomResourceDefinition', { spec })).toMatchObject({
    spec: { conversion: { strategy: 'None' }, names: { listKind: 'FooList', singular: 'foo' } },
  })
})

test('nulls and empty optional collections are not stored, empty structs are', () => {
  const spec = {
    volumes: [{ name: 'v', emptyDir: {} }],
    nodeSelector: {},
    tolerations: [],
    hostname: null,
    containers: [],
  }
  const pod = stored('Pod', { spec })
  expect(pod).toMatchObject({ spec: { containers: [], volumes: [{ emptyDir: {} }] } })
  for (const field of ['nodeSelector', 'tolerations', 'hostname'])
    expect(pod).not.toHaveProperty(`spec.${field}`)
})

test('what a schema leaves open is stored as it came', () => {
  const schema = { type: 'object', default: { a: null, l: [] } }
  const versions = [
    {
      name: 'v1',
      served: true,
      storage: true,
      schema: { openAPIV3Schema: schema },
      subresources: { status: {} },
    },
  ]
  const spec = { group: 'g.io', names: { kind: 'Foo', plural: 'foos' }, scope: 'Cluster', versions }
  expect(stored('CustomResourceDefinition', { spec })).toHaveProperty('spec.versions', versions)
})
