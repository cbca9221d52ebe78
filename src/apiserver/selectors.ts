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
    wanted.every(([key, value]) => textOf(labels, key) === value) &&
    (matchExpressions ?? []).every(({ key, operator, values = [] }) => {
      const value = textOf(labels, key)
      if (operator === 'Exists') return value !== undefined
      if (operator === 'DoesNotExist') return value === undefined
      return (value !== undefined && values.includes(value)) === (operator === 'In')
    })
}

/** Commas inside parentheses do not separate terms. One pass: selectors come from strangers. */
function splitTerms(text: string): string[] {
  const terms: string[] = []
  let start = 0
  let inside = false
  for (let i = 0; i <= text.length; i++) {
    const char = text[i] ?? ','
    if (char === '(') inside = true
    else if (char === ')') inside = false
    else if (char === ',' && (!inside || i === text.length)) {
      terms.push(text.slice(start, i).trim())
      start = i + 1
    }
  }
  if (terms.length === 1 && terms[0] === '') return []
  if (terms.includes('')) throw badRequest(`unable to parse requirement: found ',', expected: identifier`)
  return terms
}

// Longest label key (253 for the prefix, 1 for the slash, 63 for the name) and value (63), in characters.
const maxKey = 317
const maxValue = 63
// Room for blanks between the parts of a term.
const maxTerm = maxKey + maxValue + 64

const keyPattern = String.raw`(?:[A-Za-z0-9.-]+/)?[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?`
const valuePattern = String.raw`(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)?`
const existence = new RegExp(`^(!?)\\s*(${keyPattern})$`)
const equality = new RegExp(`^(${keyPattern})\\s*(==|=|!=)\\s*(${valuePattern})$`)
const comparison = new RegExp(`^(${keyPattern})\\s*([<>])\\s*(-?\\d+)$`)
const membership = new RegExp(`^(${keyPattern})\\s+(in|notin)$`)
const value = new RegExp(`^${valuePattern}$`)

function parseTerm(term: string): (labels: Labels) => boolean {
  const list = term.endsWith(')') ? term.indexOf('(') : -1
  if (list >= 0) return memberTerm(term, list)
  // Patterns are tried only on what a term can be.
  if (term.length > maxTerm) throw unreadable(term)
  const exists = existence.exec(term)
  if (exists) {
    const [, not, key = ''] = exists
    return (labels) => (textOf(labels, key) === undefined) === (not === '!')
  }
  const equal = equality.exec(term)
  if (equal) {
    const [, key = '', operator, wanted = ''] = equal
    if (wanted.length > maxValue) throw unreadable(term)
    return (labels) => (textOf(labels, key) === wanted) === (operator !== '!=')
  }
  const compared = comparison.exec(term)
  if (compared) {
    const [, key = '', operator, bound] = compared
    return (labels) => {
      const found = Number(textOf(labels, key) ?? Number.NaN)
      return operator === '>' ? found > Number(bound) : found < Number(bound)
    }
  }
  throw unreadable(term)
}

/** `key in (a,b)` and `key notin (a,b)`; `open` is where the parenthesis is. */
function memberTerm(term: string, open: number): (labels: Labels) => boolean {
  const head = term.slice(0, open).trim()
  const member = head.length > maxTerm ? undefined : membership.exec(head)
  const values = new Set(
    term
      .slice(open + 1, -1)
      .split(',')
      .map((one) => one.trim()),
  )
  const readable = [...values].every((one) => one.length <= maxValue && value.test(one))
  if (!member || !readable) throw unreadable(term)
  const [, key = '', operator] = member
  return (labels) => {
    const found = textOf(labels, key)
    return (found !== undefined && values.has(found)) === (operator === 'in')
  }
}

/** The value of a label, which may have the name of something that every object inherits. */
function textOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined
}

function unreadable(term: string): Error {
  const found = term.length > 100 ? `${term.slice(0, 100)}…` : term
  return badRequest(
    `unable to parse requirement: found '${found}', expected: a key with one of =, ==, !=, in, notin, <, > or none`,
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
  // Backslashes escape commas, equals signs and themselves.
  const terms = (text.match(/(?:[^\\,]|\\.|\\$)+/gs) ?? []).map((term) => fieldTerm(resource, term))
  return (object) => terms.every((term) => term(object))
}

function fieldTerm(resource: Resource, term: string): Matcher {
  const [, field = '', operator, escaped = ''] = /^([^=!]*)(!=|==|=)(.*)$/s.exec(term) ?? []
  if (!operator) {
    const found = term.length > 100 ? `${term.slice(0, 100)}…` : term
    throw badRequest(`invalid selector: '${found}'; can't understand '${found}'`)
  }
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
