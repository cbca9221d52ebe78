import type { KubeObject } from '#api'
import type { Core } from './core.ts'
import { ensureObject } from './ensure.ts'

const namespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease']

const kubernetesService: KubeObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'kubernetes',
    namespace: 'default',
    labels: { component: 'apiserver', provider: 'kubernetes' },
  },
  spec: {
    type: 'ClusterIP',
    clusterIP: '10.96.0.1',
    ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
  },
}

function priorityClass(name: string, value: number, description: string): KubeObject {
  return {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value,
    description,
  }
}

/** Creates what every Kubernetes cluster has from its first second. What is there already stays as it is. */
export function bootstrap(core: Core): void {
  const writer = { manager: 'kube-apiserver' }
  for (const name of namespaces)
    ensureObject(core, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, writer)
  ensureObject(core, kubernetesService, writer)
  ensureObject(
    core,
    priorityClass('system-node-critical', 2_000_001_000, 'For what a node cannot do without.'),
    writer,
  )
  ensureObject(
    core,
    priorityClass('system-cluster-critical', 2_000_000_000, 'For what the cluster cannot do without.'),
    writer,
  )
}
