import type { Schema } from '#api'
import { canonicalJson, isObject } from '#base'
import { schemaOf } from './default.ts'
import { at, duplicate, type FieldProblem, required } from './problem.ts'
import { rootSchema } from './root.ts'
import { compositeProblems, scalarProblems, sizeProblems, typeProblem } from './value.ts'

/**
 * Asks about the `x-kubernetes-validations` of one schema node; the place where a CEL evaluator plugs in. Called only when the
 * value has the type its schema wants.
 */
export type RuleCheck = (
  rules: NonNullable<Schema['x-kubernetes-validations']>,
  value: unknown,
  path: string,
) => FieldProblem[]

/** Validates a custom resource against its structural schema, with kube-apiserver's words. */
export function validateSchema(schema: Schema, value: unknown, checkRules?: RuleCheck): FieldProblem[] {
  const root = rootSchema(schema)
  const problems = validateNode(root, value, '')
  if (problems.length === 0) return checkRules ? ruleProblems(root, value, '', checkRules) : []
  if (!hasRules(root)) return problems
  const skipped =
    'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'
  return [
    ...problems,
    { field: '<nil>', reason: 'FieldValueInvalid', message: `Invalid value: null: ${skipped}` },
  ]
}

/** The problems of one value and everything below it. */
export function validateNode(schema: Schema, value: unknown, path: string): FieldProblem[] {
  if (value === undefined || (value === null && schema.nullable)) return []
  const wrong = typeProblem(schema, value, path)
  if (wrong) return [wrong]
  const own = [
    ...scalarProblems(schema, value, path),
    ...sizeProblems(schema, value, path),
    ...compositeProblems(schema, value, path, validateNode),
  ]
  if (Array.isArray(value)) return [...own, ...itemProblems(schema, value, path)]
  return isObject(value) ? [...own, ...fieldProblems(schema, value, path)] : own
}

function fieldProblems(schema: Schema, value: Record<string, unknown>, path: string): FieldProblem[] {
  const shape = schema['x-kubernetes-embedded-resource'] ? rootSchema(schema) : schema
  const missing = (shape.required ?? [])
    .filter((key) => !Object.hasOwn(value, key) || value[key] === undefined)
    .map((key) => required(at(path, key)))
  const nested = Object.keys(value).flatMap((key) => {
    const child = schemaOf(shape, key)
    return child ? validateNode(child, value[key], at(path, key)) : []
  })
  return [...missing, ...nested]
}

function itemProblems(schema: Schema, value: unknown[], path: string): FieldProblem[] {
  const { items } = schema
  const nested = items ? value.flatMap((item, index) => validateNode(items, item, `${path}[${index}]`)) : []
  return [...nested, ...duplicateProblems(schema, value, path)]
}

function duplicateProblems(schema: Schema, value: unknown[], path: string): FieldProblem[] {
  const type = schema['x-kubernetes-list-type']
  if (type !== 'set' && type !== 'map') return []
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  const seen = new Set<string>()
  return value.flatMap((item, index) => {
    const identity = type === 'set' ? item : keyOf(schema, keys, item)
    const text = canonicalJson(identity)
    if (seen.has(text)) return [duplicate(`${path}[${index}]`, identity)]
    seen.add(text)
    return []
  })
}

function keyOf(schema: Schema, keys: readonly string[], item: unknown): Record<string, unknown> {
  const fields = isObject(item) ? item : {}
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = fields[key] ?? schema.items?.properties?.[key]?.default
      return value === undefined ? [] : [[key, value]]
    }),
  )
}

function ruleProblems(schema: Schema, value: unknown, path: string, check: RuleCheck): FieldProblem[] {
  if (value === null || value === undefined) return []
  const rules = schema['x-kubernetes-validations']
  const own = rules ? check(rules, value, path) : []
  if (Array.isArray(value)) {
    const { items } = schema
    const nested = items
      ? value.flatMap((item, index) => ruleProblems(items, item, `${path}[${index}]`, check))
      : []
    return [...own, ...nested]
  }
  if (!isObject(value)) return own
  const nested = Object.keys(value).flatMap((key) => {
    const child = schemaOf(schema, key)
    return child ? ruleProblems(child, value[key], at(path, key), check) : []
  })
  return [...own, ...nested]
}

function hasRules(schema: Schema): boolean {
  if (schema['x-kubernetes-validations']?.length) return true
  const { items, additionalProperties: more } = schema
  const children = Object.values(schema.properties ?? {})
  if (items) children.push(items)
  if (isObject(more)) children.push(more)
  return children.some(hasRules)
}
