import { ensure, fill } from './fill.ts'
import type { Filler } from './pod-defaults.ts'
import { type Fields, fieldsAt, listAt, textAt } from './walk.ts'

const rbac = 'rbac.authorization.k8s.io'
const webhook = {
  failurePolicy: 'Fail',
  matchPolicy: 'Equivalent',
  namespaceSelector: {},
  objectSelector: {},
  timeoutSeconds: 10,
}
const roleBinding: Filler = (value) => fill(ensure(value, 'roleRef'), { apiGroup: rbac })
const allScopes: Filler = (value) => fill(value, { scope: '*' })
const port443: Filler = (value) => fill(value, { port: 443 })
const failing: Filler = (value) => fill(value, { failurePolicy: 'Fail' })

/** The defaults of all kinds that make no pods, by type. */
export const otherDefaults: Readonly<Record<string, Filler>> = {
  'core.v1.ServiceSpec': fillService,
  'core.v1.Secret': (value) => fill(value, { type: 'Opaque' }),
  'core.v1.Namespace': fillNamespace,
  'core.v1.NamespaceStatus': (value) => fill(value, { phase: 'Active' }),
  'core.v1.PersistentVolumeSpec': (value) =>
    fill(value, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' }),
  'core.v1.PersistentVolumeStatus': (value) => fill(value, { phase: 'Pending' }),
  'core.v1.PersistentVolumeClaimStatus': (value) => fill(value, { phase: 'Pending' }),
  'core.v1.EndpointPort': (value) => fill(value, { protocol: 'TCP' }),
  'core.v1.LimitRangeItem': fillLimits,
  'core.v1.NodeStatus': fillNode,
  'discovery.v1.EndpointPort': (value) => fill(value, { name: '', protocol: 'TCP' }),
  'autoscaling.v1.HorizontalPodAutoscalerSpec': (value) => fill(value, { minReplicas: 1 }),
  'autoscaling.v2.HorizontalPodAutoscalerSpec': fillAutoscaler,
  'networking.v1.NetworkPolicyPort': (value) => fill(value, { protocol: 'TCP' }),
  'networking.v1.NetworkPolicySpec': fillNetworkPolicy,
  'networking.v1.IngressClassParametersReference': (value) => fill(value, { scope: 'Cluster' }),
  'rbac.v1.RoleBinding': roleBinding,
  'rbac.v1.ClusterRoleBinding': roleBinding,
  'rbac.v1.Subject': fillSubject,
  'storage.v1.StorageClass': (value) =>
    fill(value, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  'storage.v1.CSIDriverSpec': (value) =>
    fill(value, {
      attachRequired: true,
      fsGroupPolicy: 'ReadWriteOnceWithFSType',
      podInfoOnMount: false,
      requiresRepublish: false,
      seLinuxMount: false,
      storageCapacity: false,
      volumeLifecycleModes: ['Persistent'],
    }),
  'scheduling.v1.PriorityClass': (value) => fill(value, { preemptionPolicy: 'PreemptLowerPriority' }),
  'admissionregistration.v1.ValidatingWebhook': (value) => fill(value, webhook),
  'admissionregistration.v1.MutatingWebhook': (value) =>
    fill(value, { ...webhook, reinvocationPolicy: 'Never' }),
  'admissionregistration.v1.RuleWithOperations': allScopes,
  'admissionregistration.v1.NamedRuleWithOperations': allScopes,
  'admissionregistration.v1.ServiceReference': port443,
  'admissionregistration.v1.ValidatingAdmissionPolicySpec': failing,
  'admissionregistration.v1.MutatingAdmissionPolicySpec': failing,
  'admissionregistration.v1.MatchResources': (value) =>
    fill(value, { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} }),
  'apiextensions.v1.ServiceReference': port443,
  'apiregistration.v1.ServiceReference': port443,
  'apiextensions.v1.CustomResourceDefinitionSpec': fillDefinition,
}

function fillService(spec: Fields): void {
  fill(spec, { sessionAffinity: 'None', type: 'ClusterIP' })
  if (spec['sessionAffinity'] === 'None') delete spec['sessionAffinityConfig']
  if (spec['sessionAffinity'] === 'ClientIP') {
    const clientIP = ensure(ensure(spec, 'sessionAffinityConfig'), 'clientIP')
    fill(clientIP, { timeoutSeconds: 10_800 })
  }
  for (const port of listAt(spec, 'ports')) {
    fill(port, { protocol: 'TCP' })
    port['targetPort'] ||= port['port']
  }
  const type = textAt(spec, 'type')
  const external = Array.isArray(spec['externalIPs']) && type === 'ClusterIP'
  if (type === 'NodePort' || type === 'LoadBalancer' || external)
    fill(spec, { externalTrafficPolicy: 'Cluster' })
  if (type !== 'ExternalName') fill(spec, { internalTrafficPolicy: 'Cluster' })
  if (type === 'LoadBalancer') fill(spec, { allocateLoadBalancerNodePorts: true })
}

function fillNamespace(namespace: Fields): void {
  const name = textAt(namespace, 'metadata', 'name')
  if (name === '') return
  const metadata = ensure(namespace, 'metadata')
  metadata['labels'] = { ...fieldsAt(metadata, 'labels'), 'kubernetes.io/metadata.name': name }
}

function fillLimits(item: Fields): void {
  if (item['type'] !== 'Container') return
  const limit = { ...fieldsAt(item, 'max'), ...fieldsAt(item, 'default') }
  const request = { ...fieldsAt(item, 'min'), ...limit, ...fieldsAt(item, 'defaultRequest') }
  if (Object.keys(limit).length > 0) item['default'] = limit
  if (Object.keys(request).length > 0) item['defaultRequest'] = request
}

function fillNode(status: Fields): void {
  if (status['capacity'] !== undefined) fill(status, { allocatable: status['capacity'] })
}

function fillAutoscaler(spec: Fields): void {
  const target = { averageUtilization: 80, type: 'Utilization' }
  fill(spec, {
    metrics: [{ resource: { name: 'cpu', target }, type: 'Resource' }],
    minReplicas: 1,
  })
  if (spec['behavior'] === undefined) return
  const behavior = ensure(spec, 'behavior')
  const percent = { periodSeconds: 15, type: 'Percent', value: 100 }
  const pods = { periodSeconds: 15, type: 'Pods', value: 4 }
  fill(ensure(behavior, 'scaleUp'), {
    policies: [pods, percent],
    selectPolicy: 'Max',
    stabilizationWindowSeconds: 0,
  })
  fill(ensure(behavior, 'scaleDown'), { policies: [percent], selectPolicy: 'Max' })
}

function fillNetworkPolicy(spec: Fields): void {
  const types = listOf(spec['egress']).length > 0 ? ['Ingress', 'Egress'] : ['Ingress']
  if (listOf(spec['policyTypes']).length === 0) spec['policyTypes'] = types
}

function fillSubject(subject: Fields): void {
  if (subject['kind'] === 'User' || subject['kind'] === 'Group') fill(subject, { apiGroup: rbac })
}

function fillDefinition(spec: Fields): void {
  const names = ensure(spec, 'names')
  const kind = textAt(names, 'kind')
  fill(names, { listKind: kind === '' ? '' : `${kind}List`, singular: kind.toLowerCase() })
  fill(ensure(spec, 'conversion'), { strategy: 'None' })
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
