import type { FieldSpec } from './field-path.ts'

// kustomize's built-in transformer configuration (facts, told apart by kind); `configurations:` adds to it.

const workloads = [
  { kind: 'ReplicationController', version: 'v1' },
  { kind: 'Deployment' },
  { kind: 'ReplicaSet' },
  { kind: 'DaemonSet' },
] as const
const affinities = [
  'podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm',
  'podAffinity/requiredDuringSchedulingIgnoredDuringExecution',
  'podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm',
  'podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution',
]

function inTemplates(field: 'labels' | 'annotations'): FieldSpec[] {
  const statefulSet = { kind: 'StatefulSet', ...(field === 'labels' ? { group: 'apps' } : {}) }
  const cronJob = { kind: 'CronJob', group: 'batch', create: true }
  return [
    { path: `metadata/${field}`, create: true },
    ...workloads.map((gvk) => ({ path: `spec/template/metadata/${field}`, create: true, ...gvk })),
    { path: `spec/template/metadata/${field}`, create: true, ...statefulSet },
    ...(field === 'labels'
      ? [{ path: 'spec/volumeClaimTemplates[]/metadata/labels', create: true, ...statefulSet }]
      : []),
    { path: `spec/template/metadata/${field}`, create: true, group: 'batch', kind: 'Job' },
    { path: `spec/jobTemplate/metadata/${field}`, ...cronJob },
    { path: `spec/jobTemplate/spec/template/metadata/${field}`, ...cronJob },
  ]
}

/** `labels:` with includeTemplates. */
export const templateLabels: readonly FieldSpec[] = inTemplates('labels')

/** `commonAnnotations:`. */
export const commonAnnotations: readonly FieldSpec[] = inTemplates('annotations')

/** `commonLabels:`, and `labels:` with includeSelectors. */
export const commonLabels: readonly FieldSpec[] = [
  ...templateLabels,
  { path: 'spec/selector', create: true, version: 'v1', kind: 'Service' },
  { path: 'spec/selector', create: true, version: 'v1', kind: 'ReplicationController' },
  { path: 'spec/selector/matchLabels', create: true, kind: 'Deployment' },
  { path: 'spec/selector/matchLabels', create: true, kind: 'ReplicaSet' },
  { path: 'spec/selector/matchLabels', create: true, kind: 'DaemonSet' },
  { path: 'spec/selector/matchLabels', create: true, group: 'apps', kind: 'StatefulSet' },
  ...['Deployment', 'StatefulSet'].flatMap((kind) => [
    ...affinities.map((term) => ({
      path: `spec/template/spec/affinity/${term}/labelSelector/matchLabels`,
      group: 'apps',
      kind,
    })),
    {
      path: 'spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels',
      group: 'apps',
      kind,
    },
  ]),
  { path: 'spec/selector/matchLabels', group: 'batch', kind: 'Job' },
  { path: 'spec/jobTemplate/spec/selector/matchLabels', group: 'batch', kind: 'CronJob' },
  { path: 'spec/selector/matchLabels', group: 'policy', kind: 'PodDisruptionBudget' },
  { path: 'spec/podSelector/matchLabels', group: 'networking.k8s.io', kind: 'NetworkPolicy' },
  { path: 'spec/ingress/from/podSelector/matchLabels', group: 'networking.k8s.io', kind: 'NetworkPolicy' },
  { path: 'spec/egress/to/podSelector/matchLabels', group: 'networking.k8s.io', kind: 'NetworkPolicy' },
]

/** `namespace:`, beside metadata.namespace and the subjects of role bindings, which have rules of their own. */
export const namespaces: readonly FieldSpec[] = [
  { path: 'metadata/name', kind: 'Namespace', create: true },
  { path: 'spec/service/namespace', group: 'apiregistration.k8s.io', kind: 'APIService', create: true },
  {
    path: 'spec/conversion/webhook/clientConfig/service/namespace',
    group: 'apiextensions.k8s.io',
    kind: 'CustomResourceDefinition',
  },
]

/** `namePrefix:` and `nameSuffix:`. */
export const names: readonly FieldSpec[] = [{ path: 'metadata/name' }]

/** `images:`, beside every `containers` and `initContainers` list anywhere. */
export const images: readonly FieldSpec[] = ['spec', 'spec/template/spec'].flatMap((spec) => [
  { path: `${spec}/containers[]/image`, create: true },
  { path: `${spec}/initContainers[]/image`, create: true },
  { path: `${spec}/volumes[]/image/reference`, create: true },
])

/** `replicas:`. */
export const replicas: readonly FieldSpec[] = [
  'Deployment',
  'ReplicationController',
  'ReplicaSet',
  'StatefulSet',
].map((kind) => ({ path: 'spec/replicas', create: true, kind }))

const podSpecs: Readonly<Record<string, string>> = {
  Pod: 'spec',
  CronJob: 'spec/jobTemplate/spec/template/spec',
  DaemonSet: 'spec/template/spec',
  Deployment: 'spec/template/spec',
  Job: 'spec/template/spec',
  ReplicaSet: 'spec/template/spec',
  StatefulSet: 'spec/template/spec',
}

/** Where `$(VARIABLE)` of `vars:` is replaced. */
export const variables: readonly FieldSpec[] = [
  ...Object.entries(podSpecs).flatMap(([kind, spec]) => [
    ...['containers', 'initContainers'].flatMap((list) =>
      ['args', 'command', 'env/value', 'volumeMounts/mountPath'].map((field) => ({
        path: `${spec}/${list}/${field}`,
        kind,
      })),
    ),
    ...(kind === 'CronJob' || kind === 'StatefulSet' ? [] : [{ path: `${spec}/volumes/nfs/server`, kind }]),
  ]),
  { path: 'spec/jobTemplate/spec/template/volumes/nfs/server', kind: 'CronJob' },
  { path: 'spec/volumeClaimTemplates/spec/nfs/server', kind: 'StatefulSet' },
  { path: 'spec/template/metadata/annotations', kind: 'Deployment' },
  { path: 'spec/rules/host', kind: 'Ingress' },
  { path: 'spec/tls/hosts', kind: 'Ingress' },
  { path: 'spec/tls/secretName', kind: 'Ingress' },
  { path: 'spec/ports/port', kind: 'Service' },
  { path: 'spec/ports/targetPort', kind: 'Service' },
  { path: 'spec/nfs/server', kind: 'PersistentVolume' },
  { path: 'metadata/labels' },
  { path: 'metadata/annotations' },
]
