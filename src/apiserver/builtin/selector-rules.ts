import { type FieldProblem, forbidden, invalid, required } from '../fields/problem.ts'
import { check, labelProblems } from './metadata-rules.ts'
import { labelValue, qualifiedName } from './names.ts'
import type { Rule } from './pod-rules.ts'
import { type Fields, fieldsAt, listAt, textAt } from './walk.ts'

/** The rules of label selectors, by type. */
export const selectorRules: Readonly<Record<string, Rule>> = {
  'meta.v1.LabelSelector': (value, path) =>
    labelProblems(textsOf(fieldsAt(value, 'matchLabels')), `${path}.matchLabels`),
  'meta.v1.LabelSelectorRequirement': requirementProblems,
}

/** Whether a label selector matches labels; one that says nothing matches everything. */
export function selects(selector: Fields, labels: Fields): boolean {
  const wanted = Object.entries(fieldsAt(selector, 'matchLabels'))
  const exact = wanted.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value)
  return exact && listAt(selector, 'matchExpressions').every((each) => fulfils(each, labels))
}

function fulfils(requirement: Fields, labels: Fields): boolean {
  const key = textAt(requirement, 'key')
  const { operator } = requirement
  const has = Object.hasOwn(labels, key)
  if (operator === 'Exists') return has
  if (operator === 'DoesNotExist') return !has
  const listed = has && valuesOf(requirement).includes(String(labels[key]))
  return operator === 'In' ? listed : operator === 'NotIn' && !listed
}

function requirementProblems(requirement: Fields, path: string): FieldProblem[] {
  const { operator } = requirement
  const values = valuesOf(requirement)
  const problems: FieldProblem[] = []
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0)
      problems.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"))
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
    if (values.length > 0) problems.push(forbidden(`${path}.values`, detail))
  } else problems.push(invalid(`${path}.operator`, operator ?? '', 'not a valid selector operator'))
  return [
    ...problems,
    ...check(qualifiedName, textAt(requirement, 'key'), `${path}.key`),
    ...values.flatMap((value, index) => check(labelValue, value, `${path}.values[${index}]`)),
  ]
}

function valuesOf({ values }: Fields): string[] {
  return Array.isArray(values) ? values.map(String) : []
}

function textsOf(fields: Fields): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, String(value)]))
}
