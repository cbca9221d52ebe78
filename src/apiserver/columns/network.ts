import type { KubeObject } from '#api'
import { numberAt, objectsAt, textAt, valueAt } from '../paths.ts'
import {
  ageColumn,
  type Column,
  formatLabels,
  formatSelector,
  formatSome,
  nameColumn,
  text,
  wide,
} from './column.ts'

/** Columns of services and what else is about the network. */
export const networkColumns: Readonly<Record<string, readonly Column[]>> = {
  '/services': [
    nameColumn,
    text('Type', 'spec.type'),
    { name: 'Cluster-IP', cell: (service) => stringsAt(service, 'spec.clusterIPs')[0] || '<none>' },
    { name: 'External-IP', cell: externalIp },
    { name: 'Port(s)', cell: ports },
    ageColumn,
    wide({ name: 'Selector', cell: (service) => formatLabels(valueAt(service, 'spec.selector')) }),
  ],
  '/endpoints': [nameColumn, { name: 'Endpoints', cell: endpoints }, ageColumn],
  'discovery.k8s.io/endpointslices': [
    nameColumn,
    text('AddressType', 'addressType'),
    { name: 'Ports', cell: slicePorts },
    { name: 'Endpoints', cell: sliceAddresses },
    ageColumn,
  ],
  'networking.k8s.io/ingresses': [
    nameColumn,
    text('Class', 'spec.ingressClassName', '<none>'),
    { name: 'Hosts', cell: hosts },
    { name: 'Address', cell: addresses },
    { name: 'Ports', cell: (ingress) => (objectsAt(ingress, 'spec.tls').length > 0 ? '80, 443' : '80') },
    ageColumn,
  ],
  'networking.k8s.io/ingressclasses': [
    nameColumn,
    text('Controller', 'spec.controller'),
    { name: 'Parameters', cell: parameters },
    ageColumn,
  ],
  'networking.k8s.io/networkpolicies': [
    nameColumn,
    { name: 'Pod-Selector', cell: (policy) => formatSelector(valueAt(policy, 'spec.podSelector')) },
    ageColumn,
  ],
}

function stringsAt(object: unknown, path: string): string[] {
  const value = valueAt(object, path)
  return Array.isArray(value) ? value.map(String) : []
}

function externalIp(service: KubeObject): string {
  const external = stringsAt(service, 'spec.externalIPs')
  const type = textAt(service, 'spec.type')
  if (type === 'ExternalName') return textAt(service, 'spec.externalName')
  if (type !== 'LoadBalancer') return external.join(',') || '<none>'
  return [...ingressAddresses(service), ...external].join(',') || '<pending>'
}

function ingressAddresses(object: KubeObject): string[] {
  const found = objectsAt(object, 'status.loadBalancer.ingress').map(
    (one) => textAt(one, 'ip') || textAt(one, 'hostname'),
  )
  return [...new Set(found.filter(Boolean))].sort()
}

function addresses(object: KubeObject): string {
  return ingressAddresses(object).join(',')
}

function ports(service: KubeObject): string {
  const shown = objectsAt(service, 'spec.ports').map((one) => {
    const node = numberAt(one, 'nodePort')
    const port = textAt(one, 'port')
    return `${node > 0 ? `${port}:${node}` : port}/${textAt(one, 'protocol')}`
  })
  return shown.join(',') || '<none>'
}

function endpoints(object: KubeObject): string {
  const found = objectsAt(object, 'subsets').flatMap((subset) => {
    const ips = objectsAt(subset, 'addresses').map((one) => textAt(one, 'ip'))
    const numbers = objectsAt(subset, 'ports').map((one) => textAt(one, 'port'))
    return numbers.length === 0 ? ips : numbers.flatMap((port) => ips.map((ip) => `${ip}:${port}`))
  })
  return formatSome(found, 3, '<none>')
}

function slicePorts(slice: KubeObject): string {
  const shown = objectsAt(slice, 'ports').map((one) => textAt(one, 'port') || textAt(one, 'name') || '*')
  return formatSome(shown, 3, '<unset>')
}

function sliceAddresses(slice: KubeObject): string {
  return formatSome(
    objectsAt(slice, 'endpoints').flatMap((one) => stringsAt(one, 'addresses')),
    3,
    '<unset>',
  )
}

function hosts(ingress: KubeObject): string {
  const rules = objectsAt(ingress, 'spec.rules')
  const named = rules
    .slice(0, 3)
    .map((rule) => textAt(rule, 'host'))
    .filter(Boolean)
  if (named.length === 0) return '*'
  return rules.length > 3 ? `${named.join(',')} + ${rules.length - 3} more...` : named.join(',')
}

function parameters(object: KubeObject): string {
  const kind = textAt(object, 'spec.parameters.kind')
  if (!kind) return '<none>'
  const group = textAt(object, 'spec.parameters.apiGroup')
  return `${kind}${group ? `.${group}` : ''}/${textAt(object, 'spec.parameters.name')}`
}
