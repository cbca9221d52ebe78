import type { KubeObject } from '#api'
import { equal } from '#base'
import { numberAt, objectAt, objectsAt, textAt } from '../paths.ts'
import { isActive, isReady } from './pod-set.ts'
import { change, controlledBy, create, nodeName, remove, setStatus, type World } from './world.ts'

const sliceBucket = 'discovery.k8s.io/endpointslices'

/** The controllers of a Service: an address for a load balancer, and the EndpointSlice of its pods. */
export function reconcileService(world: World, service: KubeObject): void {
  if (service.metadata.deletionTimestamp) return
  const balanced = textAt(service, 'spec.type') === 'LoadBalancer'
  const given = objectsAt(service, 'status.loadBalancer.ingress').length > 0
  if (balanced && !given)
    setStatus(world, service, {
      loadBalancer: { ingress: [{ ip: externalAddress(service), ipMode: 'VIP' }] },
    })
  if (!balanced && given) setStatus(world, service, { loadBalancer: {} })
  const [slice, ...surplus] = world.childrenOf(service, sliceBucket)
  for (const one of surplus) remove(world, one)
  if (Object.keys(objectAt(service, 'spec.selector')).length === 0) {
    if (slice) remove(world, slice)
    return
  }
  writeSlice(world, service, slice)
}

/** In 172.18.255.0/24, by the last byte of the cluster IP: stable, and as good as unique. */
function externalAddress(service: KubeObject): string {
  return `172.18.255.${textAt(service, 'spec.clusterIP').split('.').at(-1) || '1'}`
}

/** Whether a Service's selector selects a pod. */
export function selectsPod(service: KubeObject, { metadata }: KubeObject): boolean {
  const selector = Object.entries(objectAt(service, 'spec.selector'))
  return selector.length > 0 && selector.every(([key, value]) => metadata.labels?.[key] === value)
}

function writeSlice(world: World, service: KubeObject, slice: KubeObject | undefined): void {
  const { namespace = '', name, labels } = service.metadata
  const pods = world.core.store
    .list('/pods', namespace)
    .filter((pod) => isActive(pod) && selectsPod(service, pod) && textAt(pod, 'status.podIP'))
  const endpoints = pods.map((pod) => ({
    addresses: [textAt(pod, 'status.podIP')],
    conditions: { ready: isReady(pod), serving: isReady(pod), terminating: false },
    nodeName,
    targetRef: { kind: 'Pod', name: pod.metadata.name, namespace, uid: pod.metadata.uid },
  }))
  const ports = portsOf(service, pods[0])
  if (slice && equal(slice['endpoints'], endpoints) && equal(slice['ports'], ports)) return
  if (slice) {
    change(world, slice, (copy) => ({ ...copy, endpoints, ports }))
    return
  }
  const owners = controlledBy(service)
  create(world, {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: '',
      generateName: `${name}-`,
      namespace,
      labels: {
        ...labels,
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        'kubernetes.io/service-name': name,
      },
      ...(owners ? { ownerReferences: owners } : {}),
    },
    addressType: 'IPv4',
    endpoints,
    ports,
  })
}

/** A target port may be the name of a container's port. */
function portsOf(service: KubeObject, pod: KubeObject | undefined): Record<string, unknown>[] {
  const named = objectsAt(pod, 'spec.containers').flatMap((container) => objectsAt(container, 'ports'))
  return objectsAt(service, 'spec.ports').map((port) => {
    const target = port['targetPort']
    const found =
      typeof target === 'string'
        ? numberAt(
            named.find(({ name }) => name === target),
            'containerPort',
          )
        : target
    return {
      name: port['name'] ?? '',
      port: found || port['port'],
      protocol: port['protocol'] ?? 'TCP',
    }
  })
}
