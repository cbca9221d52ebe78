import { isObject } from '#base'
import {
  duplicate,
  type FieldProblem,
  forbidden,
  formatValue,
  invalid,
  required,
  unsupported,
} from '../fields/problem.ts'
import { check } from './metadata-rules.ts'
import { dnsLabel, portName, portNumber } from './names.ts'
import { parseQuantity, quantityProblem } from './quantity.ts'
import { type Fields, fieldsAt, listAt, textAt } from './walk.ts'

/** Finds what is wrong with one value of a type; problems of parts are left to the parts' own rules. */
export type Rule = (value: Fields, path: string) => FieldProblem[]

const protocols = ['SCTP', 'TCP', 'UDP']
const pullPolicies = ['Always', 'IfNotPresent', 'Never']
const dnsPolicies = ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None']

/** The rules of pods and of what is in them, by type. */
export const podRules: Readonly<Record<string, Rule>> = {
  'core.v1.PodSpec': podProblems,
  'core.v1.Container': containerProblems,
  'core.v1.ContainerPort': portProblems,
  'core.v1.EnvVar': variableProblems,
  'core.v1.Volume': volumeProblems,
  'core.v1.ResourceRequirements': resourceProblems,
  'core.v1.Probe': (value, path) =>
    nonNegative(value, path, 'initialDelaySeconds', 'periodSeconds', 'timeoutSeconds', 'failureThreshold'),
}

/** Problems of numbers that may not be below zero. */
export function nonNegative(value: Fields, path: string, ...names: string[]): FieldProblem[] {
  return names.flatMap((name) => {
    const number = value[name]
    const bad = typeof number === 'number' && number < 0
    return bad ? [invalid(`${path}.${name}`, number, 'must be greater than or equal to 0')] : []
  })
}

/** The problem of a text that must be one of a few, or of its absence. */
export function oneOf(value: Fields, path: string, name: string, allowed: readonly string[]): FieldProblem[] {
  const text = textAt(value, name)
  if (text === '') return [required(`${path}.${name}`)]
  return allowed.includes(text) ? [] : [unsupported(`${path}.${name}`, text, allowed)]
}

function podProblems(spec: Fields, path: string): FieldProblem[] {
  const volumes = new Set(listAt(spec, 'volumes').map(({ name }) => name))
  const containers = listAt(spec, 'containers')
  const initial = listAt(spec, 'initContainers')
  return [
    ...(containers.length === 0 ? [required(`${path}.containers`)] : []),
    ...repeated(listAt(spec, 'volumes'), `${path}.volumes`),
    ...repeated(containers, `${path}.containers`),
    ...repeated(initial, `${path}.initContainers`, containers),
    ...mountProblems(containers, `${path}.containers`, volumes),
    ...mountProblems(initial, `${path}.initContainers`, volumes),
    ...oneOf(spec, path, 'restartPolicy', ['Always', 'OnFailure', 'Never']),
    ...oneOf(spec, path, 'dnsPolicy', dnsPolicies),
    ...nonNegative(spec, path, 'terminationGracePeriodSeconds'),
  ]
}

function repeated(items: readonly Fields[], path: string, before: readonly Fields[] = []): FieldProblem[] {
  const seen = new Set<unknown>(before.map(({ name }) => name))
  return items.flatMap(({ name }, index) => {
    if (name === undefined || name === '') return []
    if (seen.has(name)) return [duplicate(`${path}[${index}].name`, name)]
    seen.add(name)
    return []
  })
}

function mountProblems(
  containers: readonly Fields[],
  path: string,
  volumes: ReadonlySet<unknown>,
): FieldProblem[] {
  return containers.flatMap((container, number) => {
    const places = new Set<unknown>()
    return listAt(container, 'volumeMounts').flatMap(({ name, mountPath }, index) => {
      const here = `${path}[${number}].volumeMounts[${index}]`
      const problems: FieldProblem[] = []
      if (!name) problems.push(required(`${here}.name`))
      if (!volumes.has(name)) problems.push(notFound(`${here}.name`, name ?? ''))
      if (!mountPath) problems.push(required(`${here}.mountPath`))
      if (places.has(mountPath)) problems.push(invalid(`${here}.mountPath`, mountPath, 'must be unique'))
      places.add(mountPath)
      return problems
    })
  })
}

function containerProblems(container: Fields, path: string): FieldProblem[] {
  const [name, image] = [textAt(container, 'name'), textAt(container, 'image')]
  const ports = listAt(container, 'ports').filter((port) => textAt(port, 'name') !== '')
  const spaced = image !== image.trim()
  return [
    ...(name === '' ? [required(`${path}.name`)] : check(dnsLabel, name, `${path}.name`)),
    ...(image === '' ? [required(`${path}.image`)] : []),
    ...(spaced ? [invalid(`${path}.image`, image, 'must not have leading or trailing whitespace')] : []),
    ...oneOf(container, path, 'imagePullPolicy', pullPolicies),
    ...oneOf(container, path, 'terminationMessagePolicy', ['FallbackToLogsOnError', 'File']),
    ...repeated(ports, `${path}.ports`),
  ]
}

function portProblems(port: Fields, path: string): FieldProblem[] {
  const { containerPort, hostPort } = port
  const name = textAt(port, 'name')
  const host = hostPort === undefined || hostPort === 0 ? [] : portNumber(hostPort)
  return [
    ...(name === '' ? [] : check(portName, name, `${path}.name`)),
    ...(containerPort === 0 || containerPort === undefined
      ? [required(`${path}.containerPort`)]
      : portNumber(containerPort).map((text) => invalid(`${path}.containerPort`, containerPort, text))),
    ...host.map((text) => invalid(`${path}.hostPort`, hostPort, text)),
    ...oneOf(port, path, 'protocol', protocols),
  ]
}

function variableProblems(variable: Fields, path: string): FieldProblem[] {
  const name = textAt(variable, 'name')
  const problems: FieldProblem[] = []
  const rule =
    "a valid environment variable name must consist only of printable ASCII characters other than '='"
  if (name === '') problems.push(required(`${path}.name`))
  else if (!/^[ -<>-~]+$/.test(name)) problems.push(invalid(`${path}.name`, name, rule))
  const from = variable['valueFrom']
  if (!isObject(from)) return problems
  const sources = Object.keys(from).length
  const detail =
    sources === 0
      ? 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'
      : textAt(variable, 'value') !== ''
        ? 'may not be specified when `value` is not empty'
        : 'may not have more than one field specified at a time'
  if (sources !== 1 || textAt(variable, 'value') !== '')
    problems.push(invalid(`${path}.valueFrom`, '', detail))
  return problems
}

function volumeProblems(volume: Fields, path: string): FieldProblem[] {
  const name = textAt(volume, 'name')
  const [, ...more] = Object.keys(volume).filter((key) => key !== 'name')
  return [
    ...more.map((key) => forbidden(`${path}.${key}`, 'may not specify more than 1 volume type')),
    ...(name === '' ? [required(`${path}.name`)] : check(dnsLabel, name, `${path}.name`)),
  ]
}

function resourceProblems(resources: Fields, path: string): FieldProblem[] {
  const limits = fieldsAt(resources, 'limits')
  return Object.entries(fieldsAt(resources, 'requests')).flatMap(([name, request]) => {
    const [asked, limit] = [parseQuantity(request), parseQuantity(limits[name])]
    if (!asked || !limit || asked.nanos <= limit.nanos) return []
    const detail = `must be less than or equal to ${name} limit of ${String(limits[name])}`
    return [invalid(`${path}.requests`, request, detail)]
  })
}

/** The problem of a text that should be a quantity. */
export function quantityProblems(value: unknown, path: string): FieldProblem[] {
  const quantity = parseQuantity(value)
  if (!quantity) return [invalid(path, value, quantityProblem)]
  return quantity.nanos < 0n ? [invalid(path, value, 'must be greater than or equal to 0')] : []
}

function notFound(field: string, value: unknown): FieldProblem {
  return { field, reason: 'FieldValueNotFound', message: `Not found: ${formatValue(value)}` }
}
