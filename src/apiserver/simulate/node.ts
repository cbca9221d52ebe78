import type { KubeObject } from '#api'
import { formatTime } from '#base'
import { ensureObject } from '../ensure.ts'
import { valueAt } from '../paths.ts'
import { nodeAddress } from './pods.ts'
import { emit, nodeName, setStatus, type World } from './world.ts'

/** Labels of the one simulated node. */
export const nodeLabels: Readonly<Record<string, string>> = {
  'kubernetes.io/arch': 'amd64',
  'kubernetes.io/hostname': nodeName,
  'kubernetes.io/os': 'linux',
  'node.kubernetes.io/instance-type': 'simulated',
}

/** Creates the simulated node and the storage class that its volumes are of. */
export function createNode(world: World): void {
  const { core } = world
  const node = ensureObject(
    core,
    { apiVersion: 'v1', kind: 'Node', metadata: { name: nodeName, labels: { ...nodeLabels } }, spec: {} },
    { manager: 'kubelet' },
  )
  const now = formatTime(core.clock.now())
  // Defaulting leaves a status with empty parts.
  if (valueAt(node, 'status.capacity') === undefined) {
    setStatus(world, node, nodeStatus(now), 'kubelet')
    const message = `Node ${nodeName} status is now: NodeReady`
    emit(world, node, { reason: 'NodeReady', message, component: 'kubelet' })
  }
  ensureObject(core, leaseOf(node), { manager: 'kubelet' })
  ensureObject(core, storageClass, { manager: 'sluice' })
}

/** Held once and for all: nobody judges the node by its lease. */
function leaseOf({ metadata, apiVersion, kind }: KubeObject): KubeObject {
  const { name, uid = '', creationTimestamp = '' } = metadata
  const time = creationTimestamp.replace('Z', '.000000Z')
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name,
      namespace: 'kube-node-lease',
      ownerReferences: [{ apiVersion, kind, name, uid }],
    },
    spec: { holderIdentity: name, leaseDurationSeconds: 40, acquireTime: time, renewTime: time },
  }
}

const storageClass: KubeObject = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: {
    name: 'standard',
    annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
  },
  provisioner: 'sluice.dev/simulated',
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'Immediate',
}

function nodeStatus(now: string): Record<string, unknown> {
  const capacity = { cpu: '64', memory: '256Gi', pods: '10000', 'ephemeral-storage': '1Ti' }
  return {
    addresses: [
      { type: 'InternalIP', address: nodeAddress },
      { type: 'Hostname', address: nodeName },
    ],
    allocatable: capacity,
    capacity,
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'KubeletReady',
        message: 'the node is simulated by sluice',
        lastHeartbeatTime: now,
        lastTransitionTime: now,
      },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
    nodeInfo: {
      architecture: 'amd64',
      bootID: '',
      containerRuntimeVersion: 'sluice://simulated',
      kernelVersion: 'simulated',
      kubeProxyVersion: '',
      kubeletVersion: 'v1.36.3',
      machineID: '',
      operatingSystem: 'linux',
      osImage: 'sluice (simulated)',
      systemUUID: '',
    },
  }
}
