import type { KubeObject } from '#api'
import type { Core } from './core.ts'
import { objectAt, objectsAt, textAt, valueAt } from './paths.ts'
import { invalid } from './status-error.ts'

// 10.96.0.0/16, as kubeadm and kind have it; .0.1 is the API server's own, .0.10 the cluster's DNS.
const servicePrefix = '10.96.'
const reserved = new Set(['10.96.0.0', '10.96.0.10', '10.96.255.255'])
const nodePorts = { first: 30_000, count: 2768 }

/** Gives a Service the cluster IP and node ports that it needs and has not asked for; throws 422 for a taken address. */
export function allocateAddresses(core: Core, service: KubeObject, old?: KubeObject): void {
  const spec = objectAt(service, 'spec')
  service['spec'] = spec
  if (textAt(spec, 'type') === 'ExternalName') {
    for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) delete spec[field]
    return
  }
  const asked = textAt(spec, 'clusterIP') || firstOf(spec['clusterIPs'])
  const others = core.store.list('/services').filter(({ metadata }) => metadata.uid !== service.metadata.uid)
  const kept = textAt(old, 'spec.clusterIP')
  const address = asked || kept || freeAddress(others)
  if (!kept && asked && asked !== 'None') checkFree(service, asked, others)
  spec['clusterIP'] = address
  spec['clusterIPs'] = [address]
  spec['ipFamilies'] ??= ['IPv4']
  spec['ipFamilyPolicy'] ??= 'SingleStack'
  allocateNodePorts(spec, objectAt(old, 'spec'), others)
}

function firstOf(value: unknown): string {
  return Array.isArray(value) && typeof value[0] === 'string' ? value[0] : ''
}

function checkFree(service: KubeObject, asked: string, others: readonly KubeObject[]): void {
  const refuse = (why: string): Error =>
    invalid({ group: '', resource: 'Service' }, service.metadata.name, [
      {
        field: 'spec.clusterIPs',
        reason: 'FieldValueInvalid',
        message: `Invalid value: ["${asked}"]: failed to allocate IP ${asked}: ${why}`,
      },
    ])
  if (!asked.startsWith(servicePrefix))
    throw refuse('the provided IP is not in the valid range. The range of valid IPs is 10.96.0.0/16')
  if (others.some((other) => textAt(other, 'spec.clusterIP') === asked))
    throw refuse('provided IP is already allocated')
}

function freeAddress(others: readonly KubeObject[]): string {
  const taken = new Set([...others.map((other) => textAt(other, 'spec.clusterIP')), ...reserved])
  // Addresses are given out in order from a fixed place above the static ones, so that demos read the same each time.
  for (let host = 256; host < 65_535; host++) {
    const address = `${servicePrefix}${host >> 8}.${host & 255}`
    if (!taken.has(address)) return address
  }
  throw invalid({ group: '', resource: 'Service' }, '', [
    {
      field: 'spec.clusterIP',
      reason: 'FieldValueInvalid',
      message: 'Invalid value: "": failed to allocate a serviceIP: range is full',
    },
  ])
}

function allocateNodePorts(
  spec: Record<string, unknown>,
  old: Record<string, unknown>,
  others: readonly KubeObject[],
): void {
  const type = textAt(spec, 'type')
  const wanted =
    type === 'NodePort' || (type === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== false)
  if (!wanted) return
  const taken = new Set(
    others.flatMap((other) => objectsAt(other, 'spec.ports').map((port) => valueAt(port, 'nodePort'))),
  )
  const before = objectsAt(old, 'ports')
  for (const port of objectsAt(spec, 'ports')) {
    const same = before.find((one) => one['port'] === port['port'] && one['protocol'] === port['protocol'])
    port['nodePort'] ??= same?.['nodePort'] ?? freePort(taken)
    taken.add(port['nodePort'])
  }
}

function freePort(taken: ReadonlySet<unknown>): number {
  for (let i = 0; i < nodePorts.count; i++) {
    const port = nodePorts.first + ((i * 7 + 80) % nodePorts.count)
    if (!taken.has(port)) return port
  }
  throw invalid({ group: '', resource: 'Service' }, '', [
    {
      field: 'spec.ports',
      reason: 'FieldValueInvalid',
      message: 'Invalid value: 0: failed to allocate a nodePort: range is full',
    },
  ])
}
