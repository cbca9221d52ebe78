import { expect, test } from 'vitest'
import type { KubeObject } from '#api'
import { clone, setOwn } from '#base'
import { setDefaults } from '../fields/index.ts'
import { setBuiltinDefaults } from './defaults.ts'
import { type BuiltinKind, builtinKinds } from './kind.ts'
import { prepareBuiltin } from './prepare.ts'
import { builtinSchema } from './schemas.ts'
import { validateBuiltin } from './validate-builtin.ts'

const kindOf = (name: string): BuiltinKind => {
  const found = builtinKinds.find(
    ({ kind, version }) => kind === name && (name !== 'HorizontalPodAutoscaler' || version === 'v2'),
  )
  if (!found) throw new Error(name)
  return found
}
function object(name: string, content: Record<string, unknown> = {}, metadata: object = {}): KubeObject {
  const kind = kindOf(name)
  const { group, version } = kind
  const made = {
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind: name,
    metadata: { name: 'x', uid: 'u', ...metadata },
    ...structuredClone(content),
  } as KubeObject
  prepareBuiltin(kind, made)
  setDefaults(builtinSchema(kind.schemaName), made)
  setBuiltinDefaults(kind, made, true)
  return made
}
const told = (made: KubeObject, old?: KubeObject): string[] =>
  validateBuiltin(kindOf(made.kind), made, old).map(({ field, message }) => `${field}: ${message}`)
const problems = (name: string, content?: Record<string, unknown>, metadata?: object): string[] =>
  told(object(name, content, metadata))

const container = { name: 'c', image: 'i:1' }
const workload = (pod: object = {}, spec: object = {}): Record<string, unknown> => ({
  spec: {
    selector: { matchLabels: { app: 'x' } },
    template: { metadata: { labels: { app: 'x' } }, spec: { containers: [container], ...pod } },
    ...spec,
  },
})
const pod = (more: object): string[] =>
  problems('Deployment', workload({ containers: [{ ...container, ...more }] }))
const service = (ports: object[], more: object = {}): string[] =>
  problems('Service', { spec: { ports, ...more } })
const at = 'spec.template.spec.containers[0]'

test.each(['Deployment', 'DaemonSet', 'StatefulSet', 'ReplicaSet'])('a plain %s is fine', (kind) => {
  expect(problems(kind, workload())).toEqual([])
})

test('a Service whose port is 0 is refused in the words of the real server', () => {
  expect(service([{ port: 0, targetPort: 'http' }])).toEqual([
    'spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
  ])
})
test('a Deployment keeps its selector', () => {
  const old = object('Deployment', workload())
  const next = object('Deployment', {
    spec: {
      selector: { matchLabels: { app: 'changed' } },
      template: { metadata: { labels: { app: 'changed' } }, spec: { containers: [container] } },
    },
  })
  expect(told(next, old)).toEqual([
    'spec.selector: Invalid value: {"matchLabels":{"app":"changed"}}: field is immutable',
  ])
})
test('a selector that misses its own pods is refused', () => {
  expect(problems('Deployment', workload({}, { selector: { matchLabels: { app: 'y' } } }))).toEqual([
    'spec.template.metadata.labels: Invalid value: {"app":"x"}: `selector` does not match template `labels`',
  ])
  expect(problems('Deployment', workload({}, { selector: {} }))).toEqual([
    'spec.selector: Invalid value: {}: empty selector is invalid for deployment',
  ])
})

const refused: [title: string, found: () => string[], wanted: string[]][] = [
  [
    'negative replicas',
    () => problems('Deployment', workload({}, { replicas: -1 })),
    ['spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
  ],
  [
    'no containers',
    () => problems('Deployment', workload({ containers: [] })),
    ['spec.template.spec.containers: Required value'],
  ],
  ['a container without image', () => pod({ image: '' }), [`${at}.image: Required value`]],
  [
    'a container with a bad name',
    () => pod({ name: 'A' }),
    [
      `${at}.name: Invalid value: "A": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`,
    ],
  ],
  [
    'two containers of one name',
    () => problems('Deployment', workload({ containers: [container, container] })),
    ['spec.template.spec.containers[1].name: Duplicate value: "c"'],
  ],
  [
    'a port that is none',
    () => pod({ ports: [{ containerPort: 70_000 }] }),
    [`${at}.ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive`],
  ],
  [
    'a port without number',
    () => pod({ ports: [{ name: 'a' }] }),
    [`${at}.ports[0].containerPort: Required value`],
  ],
  [
    'an unknown protocol',
    () => pod({ ports: [{ containerPort: 1, protocol: 'X' }] }),
    [`${at}.ports[0].protocol: Unsupported value: "X": supported values: "SCTP", "TCP", "UDP"`],
  ],
  [
    'an unknown pull policy',
    () => pod({ imagePullPolicy: 'X' }),
    [`${at}.imagePullPolicy: Unsupported value: "X": supported values: "Always", "IfNotPresent", "Never"`],
  ],
  [
    'a mount of nothing',
    () => pod({ volumeMounts: [{ name: 'v', mountPath: '/v' }] }),
    [`${at}.volumeMounts[0].name: Not found: "v"`],
  ],
  [
    'a quantity that is none',
    () => pod({ resources: { limits: { cpu: 'many' } } }),
    [
      `${at}.resources.limits[cpu]: Invalid value: "many": quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`,
    ],
  ],
  [
    'a request over its limit',
    () => pod({ resources: { limits: { cpu: '1' }, requests: { cpu: '2' } } }),
    [`${at}.resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1`],
  ],
  [
    'a variable with two sources',
    () => pod({ env: [{ name: 'A', value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] }),
    [`${at}.env[0].valueFrom: Invalid value: "": may not be specified when \`value\` is not empty`],
  ],
  [
    'a pod that ends in a Deployment',
    () => problems('Deployment', workload({ restartPolicy: 'Never' })),
    ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
  ],
  [
    'a pod that never ends in a Job',
    () => problems('Job', { spec: { template: { spec: { containers: [container] } } } }),
    ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
  ],
  [
    'a volume of two kinds',
    () =>
      problems('Deployment', workload({ volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/' } }] })),
    ['spec.template.spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type'],
  ],
  ['a Service without ports', () => service([]), ['spec.ports: Required value']],
  [
    'nameless ports',
    () => service([{ port: 1 }, { port: 2 }]),
    ['spec.ports[0].name: Required value', 'spec.ports[1].name: Required value'],
  ],
  [
    'ports of one name',
    () =>
      service([
        { name: 'a', port: 1 },
        { name: 'a', port: 2 },
      ]),
    ['spec.ports[1].name: Duplicate value: "a"'],
  ],
  [
    'an unknown Service type',
    () => service([{ port: 1 }], { type: 'X' }),
    [
      'spec.type: Unsupported value: "X": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
    ],
  ],
  [
    'a ConfigMap key with a space',
    () => problems('ConfigMap', { data: { 'a b': '' } }),
    [
      `data[a b]: Invalid value: "a b": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`,
    ],
  ],
  [
    'a ConfigMap over one mebibyte',
    () => problems('ConfigMap', { data: { a: 'x'.repeat(1024 * 1024 + 1) } }),
    ['<nil>: Too long: may not be more than 1048576 bytes'],
  ],
  [
    'a TLS Secret without key',
    () => problems('Secret', { type: 'kubernetes.io/tls', data: { 'tls.crt': '' } }),
    ['data[tls.key]: Required value'],
  ],
  [
    'a Secret that is not base64',
    () => problems('Secret', { data: { a: 'hunter2!' } }),
    ['data[a]: Invalid value: "<contents redacted>": illegal base64 data'],
  ],
  [
    'a claim without size',
    () => problems('PersistentVolumeClaim', { spec: { accessModes: ['ReadWriteOnce'] } }),
    ['spec.resources[storage]: Required value'],
  ],
  [
    'a rule without verbs',
    () => problems('Role', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: [] }] }),
    ['rules[0].verbs: Required value: verbs must contain at least one value'],
  ],
  [
    'a binding to nothing',
    () => problems('RoleBinding', { roleRef: { kind: 'X', name: 'r' } }),
    ['roleRef.kind: Unsupported value: "X": supported values: "Role", "ClusterRole"'],
  ],
  [
    'an autoscaler upside down',
    () =>
      problems('HorizontalPodAutoscaler', {
        spec: { minReplicas: 3, maxReplicas: 1, scaleTargetRef: { kind: 'Deployment', name: 'x' } },
      }),
    ['spec.maxReplicas: Invalid value: 1: must be greater than or equal to `minReplicas`'],
  ],
  [
    'an Ingress path without slash',
    () =>
      problems('Ingress', {
        spec: {
          rules: [
            {
              http: {
                paths: [
                  {
                    path: 'a',
                    pathType: 'Prefix',
                    backend: { service: { name: 's', port: { number: 80 } } },
                  },
                ],
              },
            },
          ],
        },
      }),
    ['spec.rules[0].http.paths[0].path: Invalid value: "a": must be an absolute path'],
  ],
  [
    'a schedule of three fields',
    () =>
      problems('CronJob', {
        spec: {
          schedule: '* * *',
          jobTemplate: { spec: { template: { spec: { containers: [container], restartPolicy: 'Never' } } } },
        },
      }),
    ['spec.schedule: Invalid value: "* * *": expected exactly 5 fields, found 3: [* * *]'],
  ],
  [
    'no name',
    () => problems('ConfigMap', {}, { name: '' }),
    ['metadata.name: Required value: name or generateName is required'],
  ],
  [
    'a label with a space',
    () => problems('ConfigMap', {}, { labels: { a: 'b c' } }),
    [
      `metadata.labels: Invalid value: "b c": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
    ],
  ],
  [
    'annotations over their limit',
    () => problems('ConfigMap', {}, { annotations: { a: 'x'.repeat(262_144) } }),
    ['metadata.annotations: Too long: may not be more than 262144 bytes'],
  ],
  [
    'an owner without uid',
    () =>
      problems('ConfigMap', {}, { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: '' }] }),
    ['metadata.ownerReferences.uid: Invalid value: "": must not be empty'],
  ],
]
test.each(refused)('%s: refused in the words of the real server', (_title, found, wanted) => {
  expect(found()).toEqual(wanted)
})

test('the pods of a StatefulSet may mount its claims', () => {
  const mounts = [{ ...container, volumeMounts: [{ name: 'data', mountPath: '/d' }] }]
  const claim = {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  }
  expect(
    problems('StatefulSet', workload({ containers: mounts }, { volumeClaimTemplates: [claim] })),
  ).toEqual([])
})

const frozen: [
  title: string,
  kind: string,
  content: Record<string, unknown>,
  path: string,
  value: unknown,
  wanted: string,
][] = [
  [
    'the service name of a StatefulSet',
    'StatefulSet',
    workload(),
    'spec.serviceName',
    's',
    "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
  ],
  ['the type of a Secret', 'Secret', {}, 'type', 'x/y', 'type: Invalid value: "x/y": field is immutable'],
  [
    'an immutable ConfigMap',
    'ConfigMap',
    { immutable: true, data: { a: '1' } },
    'data.a',
    '2',
    'data: Forbidden: field is immutable when `immutable` is set',
  ],
  [
    'the role of a binding',
    'RoleBinding',
    { roleRef: { kind: 'Role', name: 'a' } },
    'roleRef.name',
    'b',
    'roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"b"}: cannot change roleRef',
  ],
  [
    'the provisioner of a StorageClass',
    'StorageClass',
    { provisioner: 'a/b' },
    'provisioner',
    'a/c',
    'provisioner: Invalid value: "a/c": field is immutable',
  ],
  [
    'the address of a Service',
    'Service',
    { spec: { ports: [{ port: 1 }], clusterIP: '10.96.1.1', clusterIPs: ['10.96.1.1'] } },
    'spec.clusterIP',
    '10.96.1.2',
    'spec.clusterIPs[0]: Invalid value: ["10.96.1.1"]: may not change once set',
  ],
  [
    'the value of a PriorityClass',
    'PriorityClass',
    { value: 1 },
    'value',
    2,
    'value: Forbidden: may not be changed in an update.',
  ],
  [
    'the class of a claim',
    'PersistentVolumeClaim',
    { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
    'spec.storageClassName',
    'x',
    'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
  ],
]
test.each(frozen)('%s cannot change', (_title, kind, content, path, value, wanted) => {
  const old = object(kind, content)
  const next = clone(old)
  const keys = path.split('.')
  const parent = keys
    .slice(0, -1)
    .reduce<Record<string, unknown>>((found, key) => found[key] as Record<string, unknown>, next)
  setOwn(parent, keys.at(-1) ?? '', value)
  expect(told(next, old)).toEqual([wanted])
})

test('the template of a Job cannot change', () => {
  const old = object('Job', {
    spec: { template: { spec: { containers: [container], restartPolicy: 'Never' } } },
  })
  const next = clone(old) as unknown as { spec: { template: { spec: { containers: { image: string }[] } } } }
  next.spec.template.spec.containers[0]!.image = 'i:2'
  expect(told(next as unknown as KubeObject, old).join()).toMatch(
    /^spec\.template: Invalid value: \{.*\}: field is immutable$/,
  )
})

test('replicas and template of a StatefulSet may change', () => {
  const old = object('StatefulSet', workload())
  expect(told(object('StatefulSet', workload({ hostNetwork: true }, { replicas: 3 })), old)).toEqual([])
})

test('a custom kind is checked for its metadata', () => {
  const kind = { ...kindOf('ConfigMap'), group: 'x.io', kind: 'X', schemaName: '' }
  const made = { apiVersion: 'x.io/v1', kind: 'X', metadata: { name: 'A' }, spec: { containers: [] } }
  expect(validateBuiltin(kind, made).map(({ field }) => field)).toEqual(['metadata.name'])
})

test('validation survives any shape of object', () => {
  const shapes: unknown[] = [null, 0, '', 'x', [], {}, [null], [{}], { a: null }]
  for (const kind of builtinKinds)
    for (const shape of shapes) {
      const made = {
        apiVersion: 'v1',
        kind: kind.kind,
        metadata: { name: 'x' },
        spec: shape,
        data: shape,
        rules: shape,
      } as KubeObject
      prepareBuiltin(kind, made)
      setDefaults(builtinSchema(kind.schemaName), made)
      setBuiltinDefaults(kind, made, true)
      expect(Array.isArray(validateBuiltin(kind, made, made))).toBe(true)
    }
})
