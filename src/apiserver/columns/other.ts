import type { KubeObject } from '#api'
import { isObject } from '#base'
import { numberAt, objectAt, objectsAt, textAt, valueAt } from '../paths.ts'
import { ageColumn, type Column, nameColumn, number, since, text, wide } from './column.ts'

const binding: readonly Column[] = [
  nameColumn,
  { name: 'Role', cell: (object) => `${textAt(object, 'roleRef.kind')}/${textAt(object, 'roleRef.name')}` },
  ageColumn,
  wide({ name: 'Users', cell: (object) => subjects(object, 'User') }),
  wide({ name: 'Groups', cell: (object) => subjects(object, 'Group') }),
  wide({ name: 'ServiceAccounts', cell: (object) => subjects(object, 'ServiceAccount') }),
]
const webhooks: readonly Column[] = [
  nameColumn,
  { name: 'Webhooks', type: 'integer', cell: (object) => objectsAt(object, 'webhooks').length },
  ageColumn,
]

/** Columns of all other kinds that have columns of their own. */
export const otherColumns: Readonly<Record<string, readonly Column[]>> = {
  '/configmaps': [nameColumn, { name: 'Data', cell: dataCount }, ageColumn],
  '/secrets': [nameColumn, text('Type', 'type'), { name: 'Data', cell: dataCount }, ageColumn],
  '/serviceaccounts': [nameColumn, ageColumn],
  '/namespaces': [nameColumn, text('Status', 'status.phase'), ageColumn],
  '/nodes': [
    nameColumn,
    { name: 'Status', cell: nodeStatus },
    { name: 'Roles', cell: nodeRoles },
    ageColumn,
    text('Version', 'status.nodeInfo.kubeletVersion'),
    wide({ name: 'Internal-IP', cell: (node) => nodeAddress(node, 'InternalIP') }),
    wide({ name: 'External-IP', cell: (node) => nodeAddress(node, 'ExternalIP') }),
    wide(text('OS-Image', 'status.nodeInfo.osImage', '<unknown>')),
    wide({ name: 'Kernel-Version', cell: kernel }),
    wide(text('Container-Runtime', 'status.nodeInfo.containerRuntimeVersion', '<unknown>')),
  ],
  '/events': [
    { name: 'Last Seen', cell: lastSeen },
    text('Type', 'type'),
    text('Reason', 'reason'),
    { name: 'Object', cell: eventObject },
    wide(text('Subobject', 'involvedObject.fieldPath')),
    wide({ name: 'Source', cell: eventSource }),
    { name: 'Message', cell: (event) => textAt(event, 'message').trim() },
    wide({ name: 'First Seen', cell: firstSeen }),
    wide({
      name: 'Count',
      cell: (event) => numberAt(event, 'series.count') || numberAt(event, 'count') || 1,
    }),
    wide(nameColumn),
  ],
  '/persistentvolumes': [
    nameColumn,
    text('Capacity', 'spec.capacity.storage', '0'),
    { name: 'Access Modes', cell: (volume) => accessModes(valueAt(volume, 'spec.accessModes')) },
    text('Reclaim Policy', 'spec.persistentVolumeReclaimPolicy'),
    { name: 'Status', cell: phase },
    { name: 'Claim', cell: claim },
    text('StorageClass', 'spec.storageClassName'),
    text('VolumeAttributesClass', 'spec.volumeAttributesClassName', '<unset>'),
    text('Reason', 'status.reason'),
    ageColumn,
    wide(text('VolumeMode', 'spec.volumeMode', '<unset>')),
  ],
  '/persistentvolumeclaims': [
    nameColumn,
    { name: 'Status', cell: phase },
    text('Volume', 'spec.volumeName'),
    { name: 'Capacity', cell: (claimed) => whenBound(claimed, textAt(claimed, 'status.capacity.storage')) },
    {
      name: 'Access Modes',
      cell: (claimed) => whenBound(claimed, accessModes(valueAt(claimed, 'status.accessModes'))),
    },
    text('StorageClass', 'spec.storageClassName'),
    text('VolumeAttributesClass', 'spec.volumeAttributesClassName', '<unset>'),
    ageColumn,
    wide(text('VolumeMode', 'spec.volumeMode', '<unset>')),
  ],
  '/resourcequotas': [
    nameColumn,
    { name: 'Request', cell: (quota) => quotas(quota, false) },
    { name: 'Limit', cell: (quota) => quotas(quota, true) },
    ageColumn,
  ],
  'autoscaling/horizontalpodautoscalers': [
    nameColumn,
    {
      name: 'Reference',
      cell: (hpa) => `${textAt(hpa, 'spec.scaleTargetRef.kind')}/${textAt(hpa, 'spec.scaleTargetRef.name')}`,
    },
    { name: 'Targets', cell: targets },
    text('MinPods', 'spec.minReplicas', '<unset>'),
    { name: 'MaxPods', cell: (hpa) => numberAt(hpa, 'spec.maxReplicas') },
    { name: 'Replicas', cell: (hpa) => numberAt(hpa, 'status.currentReplicas') },
    ageColumn,
  ],
  'policy/poddisruptionbudgets': [
    nameColumn,
    text('Min Available', 'spec.minAvailable', 'N/A'),
    text('Max Unavailable', 'spec.maxUnavailable', 'N/A'),
    number('Allowed Disruptions', 'status.disruptionsAllowed'),
    ageColumn,
  ],
  'rbac.authorization.k8s.io/rolebindings': binding,
  'rbac.authorization.k8s.io/clusterrolebindings': binding,
  'storage.k8s.io/storageclasses': [
    { ...nameColumn, cell: storageClassName },
    text('Provisioner', 'provisioner'),
    text('ReclaimPolicy', 'reclaimPolicy', 'Delete'),
    text('VolumeBindingMode', 'volumeBindingMode', 'Immediate'),
    { name: 'AllowVolumeExpansion', cell: (object) => object['allowVolumeExpansion'] === true },
    ageColumn,
  ],
  'scheduling.k8s.io/priorityclasses': [
    nameColumn,
    number('Value', 'value'),
    { name: 'Global-Default', type: 'boolean', cell: (object) => object['globalDefault'] === true },
    ageColumn,
    text('PreemptionPolicy', 'preemptionPolicy'),
  ],
  'node.k8s.io/runtimeclasses': [nameColumn, text('Handler', 'handler'), ageColumn],
  'coordination.k8s.io/leases': [nameColumn, text('Holder', 'spec.holderIdentity'), ageColumn],
  'admissionregistration.k8s.io/mutatingwebhookconfigurations': webhooks,
  'admissionregistration.k8s.io/validatingwebhookconfigurations': webhooks,
  'apiextensions.k8s.io/customresourcedefinitions': [
    nameColumn,
    { name: 'Created At', format: 'date', cell: ({ metadata }) => metadata.creationTimestamp ?? '' },
  ],
  'apiregistration.k8s.io/apiservices': [
    nameColumn,
    { name: 'Service', cell: serviceOf },
    { name: 'Available', cell: available },
    ageColumn,
  ],
}

function dataCount(object: KubeObject): number {
  return Object.keys(objectAt(object, 'data')).length + Object.keys(objectAt(object, 'binaryData')).length
}

function subjects(object: KubeObject, kind: string): string {
  return objectsAt(object, 'subjects')
    .filter((subject) => subject['kind'] === kind)
    .map((subject) =>
      kind === 'ServiceAccount'
        ? `${textAt(subject, 'namespace')}/${textAt(subject, 'name')}`
        : textAt(subject, 'name'),
    )
    .join(', ')
}

function nodeStatus(node: KubeObject): string {
  const ready = objectsAt(node, 'status.conditions').find(({ type }) => type === 'Ready')
  const status = ready ? (ready['status'] === 'True' ? 'Ready' : 'NotReady') : 'Unknown'
  return textAt(node, 'spec.unschedulable') === 'true' ? `${status},SchedulingDisabled` : status
}

function nodeRoles({ metadata }: KubeObject): string {
  const prefix = 'node-role.kubernetes.io/'
  const roles = Object.keys(metadata.labels ?? {})
    .filter((label) => label.startsWith(prefix))
    .map((label) => label.slice(prefix.length))
  return roles.sort().join(',') || '<none>'
}

function nodeAddress(node: KubeObject, type: string): string {
  return (
    textAt(
      objectsAt(node, 'status.addresses').find((one) => one['type'] === type),
      'address',
    ) || '<none>'
  )
}

function kernel(node: KubeObject): string {
  const version = textAt(node, 'status.nodeInfo.kernelVersion') || '<unknown>'
  const architecture = textAt(node, 'status.nodeInfo.architecture')
  return architecture ? `${version} (${architecture})` : version
}

function firstSeen(event: KubeObject, now: number): string {
  return since(event['firstTimestamp'] ?? event['eventTime'], now)
}

function lastSeen(event: KubeObject, now: number): string {
  const time = valueAt(event, 'series.lastObservedTime') ?? event['lastTimestamp']
  return time ? since(time, now) : firstSeen(event, now)
}

function eventObject(event: KubeObject): string {
  const name = textAt(event, 'involvedObject.name')
  const kind = textAt(event, 'involvedObject.kind').toLowerCase()
  return name ? `${kind}/${name}` : kind
}

function eventSource(event: KubeObject): string {
  const component = textAt(event, 'source.component') || textAt(event, 'reportingComponent')
  const instance = textAt(event, 'source.host') || textAt(event, 'reportingInstance')
  return instance ? `${component}, ${instance}` : component
}

const modes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
}

function accessModes(value: unknown): string {
  const wanted = Array.isArray(value) ? value.map(String) : []
  return Object.keys(modes)
    .filter((mode) => wanted.includes(mode))
    .map((mode) => modes[mode])
    .join(',')
}

function phase(object: KubeObject): string {
  return object.metadata.deletionTimestamp ? 'Terminating' : textAt(object, 'status.phase')
}

function claim(volume: KubeObject): string {
  const name = textAt(volume, 'spec.claimRef.name')
  return name ? `${textAt(volume, 'spec.claimRef.namespace')}/${name}` : ''
}

function whenBound(claimed: KubeObject, shown: string): string {
  return textAt(claimed, 'spec.volumeName') ? shown : ''
}

function quotas(quota: KubeObject, ofLimits: boolean): string {
  const hard = objectAt(quota, 'status.hard') as Record<string, string>
  const used = objectAt(quota, 'status.used') as Record<string, string>
  return Object.keys(hard)
    .filter((name) => name.startsWith('limits.') === ofLimits)
    .sort()
    .map((name) => `${name}: ${used[name] ?? '0'}/${hard[name]}`)
    .join(', ')
}

function targets(hpa: KubeObject): string {
  const current = objectsAt(hpa, 'status.currentMetrics')
  const shown = objectsAt(hpa, 'spec.metrics').map((metric, index) => {
    const type = textAt(metric, 'type')
    const key = type.charAt(0).toLowerCase() + type.slice(1)
    const { target } = objectAt(metric, key)
    const now = objectAt(current[index], `${key}.current`)
    const percent = (value: string): string => (value ? `${value}%` : '')
    const text = (data: unknown): string =>
      textAt(data, 'averageValue') || textAt(data, 'value') || percent(textAt(data, 'averageUtilization'))
    const name = type.endsWith('Resource') ? `${textAt(metric, `${key}.name`)}: ` : ''
    const average = isObject(target) && target['averageValue'] && !name && type !== 'Pods' ? ' (avg)' : ''
    return `${name}${text(now) || '<unknown>'}/${text(target) || '<auto>'}${average}`
  })
  if (shown.length === 0) return '<none>'
  return shown.length > 2 ? `${shown.slice(0, 2).join(', ')} + ${shown.length - 2} more...` : shown.join(', ')
}

function storageClassName({ metadata }: KubeObject): string {
  const isDefault = metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true'
  return isDefault ? `${metadata.name} (default)` : metadata.name
}

function serviceOf(object: KubeObject): string {
  const name = textAt(object, 'spec.service.name')
  return name ? `${textAt(object, 'spec.service.namespace')}/${name}` : 'Local'
}

function available(object: KubeObject): string {
  const condition = objectsAt(object, 'status.conditions').find(({ type }) => type === 'Available')
  const status = textAt(condition, 'status')
  return status === 'False' ? `False (${textAt(condition, 'reason')})` : status || 'Unknown'
}
