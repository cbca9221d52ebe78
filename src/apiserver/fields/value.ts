import { RE2JS } from 're2js'
import type { Schema } from '#api'
import { isObject } from '#base'
import { hasFormat } from './format.ts'
import { type FieldProblem, formatValue, invalid, unsupported } from './problem.ts'

type Validate = (schema: Schema, value: unknown, path: string) => FieldProblem[]

// Compiling a pattern costs half a millisecond; the cache lives as long as the schema that holds it.
const compiled = new WeakMap<Schema, RE2JS | 'broken'>()

/** The problem of a value whose type is not its schema's. */
export function typeProblem(schema: Schema, value: unknown, path: string): FieldProblem | undefined {
  const found = typeOf(value)
  const wanted = schema['x-kubernetes-int-or-string'] ? 'integer,string' : schema.type
  if (!wanted || wanted.split(',').includes(found)) return undefined
  if (wanted === 'number' && found === 'integer') return undefined
  const detail = `${place(path)} must be of type ${wanted}: "${found}"`
  return {
    field: field(path),
    reason: 'FieldValueTypeInvalid',
    message: `Invalid value: "${found}": ${detail}`,
  }
}

/** Enum, pattern, format, length and bounds of one value. */
export function scalarProblems(schema: Schema, value: unknown, path: string): FieldProblem[] {
  const problems: FieldProblem[] = []
  if (schema.enum && !schema.enum.some((allowed) => formatValue(allowed) === formatValue(value)))
    problems.push(unsupported(field(path), value, schema.enum))
  if (typeof value === 'string') problems.push(...textProblems(schema, value, path))
  if (typeof value === 'number') problems.push(...numberProblems(schema, value, path))
  return problems
}

function textProblems(schema: Schema, value: string, path: string): FieldProblem[] {
  const { minLength, maxLength, pattern, format } = schema
  const problems: FieldProblem[] = []
  const length = minLength === undefined && maxLength === undefined ? 0 : Array.from(value).length
  const bad = (detail: string): number =>
    problems.push(invalid(field(path), value, `${place(path)} ${detail}`))
  if (maxLength !== undefined && length > maxLength) {
    const message = `Too long: may not be more than ${maxLength} ${maxLength === 1 ? 'byte' : 'bytes'}`
    problems.push({ field: field(path), reason: 'FieldValueTooLong', message })
  }
  if (minLength !== undefined && length < minLength) bad(`should be at least ${minLength} chars long`)
  if (pattern !== undefined && !matches(schema, pattern, value)) bad(`should match '${pattern}'`)
  if (format !== undefined && !hasFormat(format, value))
    bad(`must be of type ${format}: ${formatValue(value)}`)
  return problems
}

function matches(schema: Schema, pattern: string, value: string): boolean {
  const known = compiled.get(schema) ?? compile(pattern)
  compiled.set(schema, known)
  return known !== 'broken' && known.test(value)
}

function compile(pattern: string): RE2JS | 'broken' {
  try {
    return RE2JS.compile(pattern)
  } catch {
    // What RE2 cannot read matches nothing, so the value is refused with the pattern in the message.
    return 'broken'
  }
}

function numberProblems(schema: Schema, value: number, path: string): FieldProblem[] {
  const { minimum, maximum, multipleOf } = schema
  const problems: FieldProblem[] = []
  const bad = (detail: string): number =>
    problems.push(invalid(field(path), value, `${place(path)} ${detail}`))
  if (minimum !== undefined && (value < minimum || (schema.exclusiveMinimum && value === minimum)))
    bad(`should be greater than ${schema.exclusiveMinimum ? '' : 'or equal to '}${minimum}`)
  if (maximum !== undefined && (value > maximum || (schema.exclusiveMaximum && value === maximum)))
    bad(`should be less than ${schema.exclusiveMaximum ? '' : 'or equal to '}${maximum}`)
  if (multipleOf !== undefined && !isMultiple(value, multipleOf)) bad(`should be a multiple of ${multipleOf}`)
  return problems
}

function isMultiple(value: number, of: number): boolean {
  const quotient = value / of
  return Math.abs(quotient - Math.round(quotient)) < 1e-9
}

/** How many items or fields a value may have. */
export function sizeProblems(schema: Schema, value: unknown, path: string): FieldProblem[] {
  if (Array.isArray(value)) return countProblems(value.length, schema.minItems, schema.maxItems, path)
  if (!isObject(value)) return []
  const { minProperties, maxProperties } = schema
  const size = Object.keys(value).length
  const problems = countProblems(size, undefined, maxProperties, path)
  if (minProperties !== undefined && size < minProperties)
    problems.push(
      invalid(field(path), size, `${place(path)} should have at least ${minProperties} properties`),
    )
  return problems
}

function countProblems(
  size: number,
  min: number | undefined,
  max: number | undefined,
  path: string,
): FieldProblem[] {
  const problems: FieldProblem[] = []
  if (max !== undefined && size > max) {
    const message = `Too many: ${size}: must have at most ${max} ${max === 1 ? 'item' : 'items'}`
    problems.push({ field: field(path), reason: 'FieldValueTooMany', message })
  }
  if (min !== undefined && size < min)
    problems.push(invalid(field(path), size, `${place(path)} should have at least ${min} items`))
  return problems
}

/** allOf, anyOf, oneOf and not; kube-apiserver reports the combination without a path of its own. */
export function compositeProblems(
  schema: Schema,
  value: unknown,
  path: string,
  validate: Validate,
): FieldProblem[] {
  const { allOf = [], anyOf = [], oneOf = [], not } = schema
  const problems: FieldProblem[] = []
  const bad = (detail: string): number => problems.push(invalid('<nil>', '', `"${path}" must ${detail}`))
  const results = (schemas: readonly Schema[]): FieldProblem[][] =>
    schemas.map((each) => validate(each, value, path))
  const all = results(allOf).flat()
  if (all.length > 0) {
    bad('validate all the schemas (allOf)')
    problems.push(...all)
  }
  const any = results(anyOf)
  if (any.length > 0 && any.every((found) => found.length > 0)) {
    bad('validate at least one schema (anyOf)')
    problems.push(...fewest(any))
  }
  const one = results(oneOf)
  const valid = one.filter((found) => found.length === 0).length
  if (one.length > 0 && valid !== 1) {
    const found = valid === 0 ? 'none valid' : `${valid} valid alternatives`
    bad(`validate one and only one schema (oneOf). Found ${found}`)
    if (valid === 0) problems.push(...fewest(one))
  }
  if (not && validate(not, value, path).length === 0) bad('not validate the schema (not)')
  return problems
}

function fewest(results: FieldProblem[][]): FieldProblem[] {
  return results.reduce((best, next) => (next.length < best.length ? next : best))
}

/** The JSON schema name of a value's type. */
export function typeOf(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

function place(path: string): string {
  return path === '' ? 'in body' : `${path} in body`
}

function field(path: string): string {
  return path === '' ? '<nil>' : path
}
