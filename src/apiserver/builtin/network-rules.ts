import { canonicalJson, isObject } from '#base'
import { duplicate, type FieldProblem, forbidden, invalid, required, unsupported } from '../fields/problem.ts'
import { check, labelProblems } from './metadata-rules.ts'
import { dnsLabel, dnsSubdomain, portName, portNumber } from './names.ts'
import { oneOf, type Rule } from './pod-rules.ts'
import { type Fields, fieldsAt, listAt, textAt } from './walk.ts'

/** The rules of Services and Ingresses, by type. */
export const networkRules: Readonly<Record<string, Rule>> = {
  'core.v1.ServiceSpec': serviceProblems,
  'networking.v1.IngressSpec': ingressProblems,
  'networking.v1.HTTPIngressPath': pathProblems,
  'networking.v1.IngressBackend': backendProblems,
}

function serviceProblems(spec: Fields, path: string): FieldProblem[] {
  const ports = listAt(spec, 'ports')
  const type = textAt(spec, 'type')
  const headless = textAt(spec, 'clusterIP') === 'None'
  const selector = fieldsAt(spec, 'selector') as Record<string, string>
  const bare = ports.length === 0 && !headless && type !== 'ExternalName'
  return [
    ...(bare ? [required(`${path}.ports`)] : []),
    ...(type === 'ExternalName' ? externalProblems(spec, path) : []),
    ...ports.flatMap((port, index) => portProblems(port, `${path}.ports[${index}]`, ports.length > 1)),
    ...repeatedPorts(ports, `${path}.ports`),
    ...labelProblems(selector, `${path}.selector`),
    ...oneOf(spec, path, 'sessionAffinity', ['ClientIP', 'None']),
    ...oneOf(spec, path, 'type', ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']),
    ...(type === 'ClusterIP' ? nodePortProblems(ports, `${path}.ports`) : []),
  ]
}

function externalProblems(spec: Fields, path: string): FieldProblem[] {
  const name = textAt(spec, 'externalName').replace(/\.$/, '')
  const here = `${path}.externalName`
  return name === '' ? [required(here)] : check(dnsSubdomain, name, here)
}

function portProblems(item: Fields, path: string, named: boolean): FieldProblem[] {
  const { port, targetPort } = item
  const name = textAt(item, 'name')
  const problems: FieldProblem[] = []
  if (name !== '') problems.push(...check(dnsLabel, name, `${path}.name`))
  else if (named) problems.push(required(`${path}.name`))
  problems.push(...portNumber(port).map((text) => invalid(`${path}.port`, port ?? 0, text)))
  problems.push(...oneOf(item, path, 'protocol', ['SCTP', 'TCP', 'UDP']))
  // A target port that was not given is the port, whose problem is already told.
  if (typeof targetPort === 'string') problems.push(...check(portName, targetPort, `${path}.targetPort`))
  else if (targetPort !== undefined && (targetPort !== port || port === 0))
    problems.push(...portNumber(targetPort).map((text) => invalid(`${path}.targetPort`, targetPort, text)))
  return problems
}

function repeatedPorts(ports: readonly Fields[], path: string): FieldProblem[] {
  const [names, numbers] = [new Set<unknown>(), new Set<string>()]
  return ports.flatMap(({ name, port, protocol }, index) => {
    const problems: FieldProblem[] = []
    if (name && names.has(name)) problems.push(duplicate(`${path}[${index}].name`, name))
    names.add(name)
    const key = canonicalJson([port, protocol])
    // The real server prints its internal type here.
    const shown = { Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 }
    if (numbers.has(key)) problems.push(duplicate(`${path}[${index}]`, shown))
    numbers.add(key)
    return problems
  })
}

function nodePortProblems(ports: readonly Fields[], path: string): FieldProblem[] {
  return ports.flatMap(({ nodePort }, index) =>
    nodePort === undefined || nodePort === 0
      ? []
      : [forbidden(`${path}[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'")],
  )
}

function ingressProblems(spec: Fields, path: string): FieldProblem[] {
  const rules = listAt(spec, 'rules')
  if (rules.length > 0 || spec['defaultBackend'] !== undefined) return []
  return [invalid(path, null, 'either `defaultBackend` or `rules` must be specified')]
}

function pathProblems(item: Fields, path: string): FieldProblem[] {
  const type = textAt(item, 'pathType')
  const text = textAt(item, 'path')
  const here = `${path}.path`
  if (type === '') return [required(`${path}.pathType`, 'pathType must be specified')]
  const types = ['Exact', 'ImplementationSpecific', 'Prefix']
  if (!types.includes(type)) return [unsupported(`${path}.pathType`, type, types)]
  const free = type === 'ImplementationSpecific'
  const problems: FieldProblem[] = []
  if (!text.startsWith('/') && !(free && text === ''))
    problems.push(invalid(here, text, 'must be an absolute path'))
  if (free) return problems
  for (const bad of ['//', '/./', '/../', '%2f', '%2F'])
    if (text.includes(bad)) problems.push(invalid(here, text, `must not contain '${bad}'`))
  for (const bad of ['/..', '/.'])
    if (text.endsWith(bad)) problems.push(invalid(here, text, `cannot end with '${bad}'`))
  return problems
}

function backendProblems(backend: Fields, path: string): FieldProblem[] {
  const { resource, service } = backend
  if (isObject(resource) && isObject(service))
    return [invalid(path, '', 'cannot set both resource and service backends')]
  if (isObject(resource)) return []
  if (!isObject(service)) return [invalid(path, '', 'resource or service backend is required')]
  const [name, port] = [textAt(service, 'name'), textAt(service, 'port', 'name')]
  const number = fieldsAt(service, 'port')['number']
  const numbered = number !== undefined && number !== 0
  const here = `${path}.service`
  const problems = name === '' ? [required(`${here}.name`)] : check(dnsLabel, name, `${here}.name`)
  if (port !== '' && numbered)
    return [...problems, invalid(path, '', 'cannot set both port name & port number')]
  if (port !== '') return [...problems, ...check(portName, port, `${here}.port.name`)]
  if (!numbered) return [...problems, required(path, 'port name or number is required')]
  return [...problems, ...portNumber(number).map((text) => invalid(`${here}.port.number`, number, text))]
}
