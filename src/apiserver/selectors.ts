import type { KubeObject } from '#api'
import { isObject } from '#base'
import { textAt } from './paths.ts'
import type { Resource } from './resource.ts'
import { badRequest } from './status-error.ts'

/** Whether an object is selected. */
export type Matcher = (object: KubeObject) => boolean

type Labels = Readonly<Record<string, string>>

/** Reads a label selector (equality and set based); throws 400. */
export function parseLabelSelector(text: string): (labels: Labels) => boolean {
  const terms = splitTerms(text).map(parseTerm)
  return (labels) => terms.every((term) => term(labels))
}

/** The selector of a workload's `spec.selector` (metav1.LabelSelector); nothing matches an absent one. */
export function labelSelectorOf(selector: unknown): (labels: Labels) => boolean {
  if (!isObject(selector)) return () => false
  const { matchLabels, matchExpressions } = selector as {
    matchLabels?: Labels
    matchExpressions?: { key: string; operator: string; values?: string[] }[]
  }
  const wanted = Object.entries(matchLabels ?? {})
  return (labels) =>
    wanted.every(([key, value]) => labels[key] === value) &&
    (matchExpressions ?? []).every(({ key, operator, values = [] }) => {
      const value = labels[key]
      if (operator === 'Exists') return value !== undefined
      if (operator === 'DoesNotExist') return value === undefined
      return values.includes(value ?? '\0') === (operator === 'In')
    })
}

/** Commas inside parentheses do not separate terms. */
function splitTerms(text: string): string[] {
  const terms = text.split(/,(?![^(]*\))/).map((term) => term.trim())
  if (terms.length === 1 && terms[0] === '') return []
  if (terms.includes('')) throw badRequest(`unable to parse requirement: found ',', expected: identifier`)
  return terms
}

const keyPattern = String.raw`(?:[A-Za-z0-9.-]+/)?[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?`
const valuePattern = String.raw`(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)?`
const existence = new RegExp(`^(!?)\\s*(${keyPattern})$`)
const equality = new RegExp(`^(${keyPattern})\\s*(==|=|!=)\\s*(${valuePattern})$`)
const comparison = new RegExp(`^(${keyPattern})\\s*([<>])\\s*(-?\\d+)$`)
const membership = new RegExp(`^(${keyPattern})\\s+(in|notin)\\s*\\(([^()]*)\\)$`)
const value = new RegExp(`^${valuePattern}$`)

function parseTerm(term: string): (labels: Labels) => boolean {
  const exists = existence.exec(term)
  if (exists) {
    const [, not, key = ''] = exists
    return (labels) => (labels[key] === undefined) === (not === '!')
  }
  const equal = equality.exec(term)
  if (equal) {
    const [, key = '', operator, wanted = ''] = equal
    return (labels) => (labels[key] === wanted) === (operator !== '!=')
  }
  const member = membership.exec(term)
  if (member) {
    const [, key = '', operator, list = ''] = member
    const values = list.split(',').map((one) => one.trim())
    if (values.every((one) => value.test(one)))
      return (labels) => values.includes(labels[key] ?? '\0') === (operator === 'in')
  }
  const compared = comparison.exec(term)
  if (compared) {
    const [, key = '', operator, bound] = compared
    return (labels) => {
      const found = Number(labels[key] ?? Number.NaN)
      return operator === '>' ? found > Number(bound) : found < Number(bound)
    }
  }
  throw badRequest(
    `unable to parse requirement: found '${term}', expected: a key with one of =, ==, !=, in, notin, <, > or none`,
  )
}

// Beyond metadata.name and metadata.namespace, which every kind has.
const selectable: Readonly<Record<string, readonly string[]>> = {
  '/pods': [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  '/events': [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  '/secrets': ['type'],
  '/namespaces': ['status.phase'],
  '/nodes': ['spec.unschedulable'],
  '/services': ['spec.clusterIP', 'spec.type'],
  '/replicationcontrollers': ['status.replicas'],
  'apps/replicasets': ['status.replicas'],
  'batch/jobs': ['status.successful'],
}

// What a field's absence means, where that is not the empty string.
const zero: Readonly<Record<string, string>> = {
  'status.replicas': '0',
  'status.successful': '0',
  'spec.unschedulable': 'false',
  'spec.hostNetwork': 'false',
}

/** Reads a field selector for objects as they are stored; throws 400 for a field that the kind cannot select by. */
export function parseFieldSelector(resource: Resource, text: string): Matcher {
  const terms = text
    .split(/(?<!\\),/)
    .filter((term) => term !== '')
    .map((term) => fieldTerm(resource, term))
  return (object) => terms.every((term) => term(object))
}

function fieldTerm(resource: Resource, term: string): Matcher {
  const [, field = '', operator, escaped = ''] = /^(.*?)(!=|==|=)(.*)$/s.exec(term) ?? []
  if (!operator) throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`)
  const wanted = escaped.replace(/\\([\\,=])/g, '$1')
  const path = storedField(resource, field)
  return (object) => (valueOf(object, path) === wanted) === (operator !== '!=')
}

function storedField(resource: Resource, field: string): string {
  if (field === 'metadata.name' || (field === 'metadata.namespace' && resource.namespaced)) return field
  const core = resource.group === 'events.k8s.io' ? field.replace(/^regarding\./, 'involvedObject.') : field
  const known = resource.custom?.selectable ?? selectable[resource.bucket] ?? []
  if (known.includes(core)) return core
  throw badRequest(`field label not supported: ${field}`)
}

function valueOf(object: KubeObject, path: string): string {
  if (path === 'source') return textAt(object, 'source.component') || textAt(object, 'reportingComponent')
  if (path === 'status.successful') return textAt(object, 'status.succeeded') || '0'
  return textAt(object, path) || (zero[path] ?? '')
}
