/** One thing wrong with one field, as kube-apiserver reports it in `details.causes`. */
export interface FieldProblem {
  /** For example `spec.ports[0].port`; `<nil>` for the object itself, as Go prints no path. */
  field: string
  reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueTypeInvalid'
    | 'FieldValueDuplicate'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueForbidden'
    | 'FieldValueNotFound'
  /** What stands after `field: `, for example `Required value`. */
  message: string
}

/** A value as Go prints it inside a field error: strings quoted, numbers and booleans plain, the rest as JSON. */
export function formatValue(value: unknown): string {
  return value === undefined || value === null ? 'null' : (JSON.stringify(value) ?? 'null')
}

/** A child of a path: `spec` + `replicas`. */
export function at(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

export function required(field: string, detail = ''): FieldProblem {
  return { field, reason: 'FieldValueRequired', message: withDetail('Required value', detail) }
}

export function invalid(field: string, value: unknown, detail: string): FieldProblem {
  return {
    field,
    reason: 'FieldValueInvalid',
    message: withDetail(`Invalid value: ${formatValue(value)}`, detail),
  }
}

export function forbidden(field: string, detail: string): FieldProblem {
  return { field, reason: 'FieldValueForbidden', message: withDetail('Forbidden', detail) }
}

export function duplicate(field: string, value: unknown): FieldProblem {
  return { field, reason: 'FieldValueDuplicate', message: `Duplicate value: ${formatValue(value)}` }
}

export function unsupported(field: string, value: unknown, supported: readonly unknown[]): FieldProblem {
  const list = supported.map(formatValue).join(', ')
  const detail = supported.length > 0 ? `supported values: ${list}` : ''
  return {
    field,
    reason: 'FieldValueNotSupported',
    message: withDetail(`Unsupported value: ${formatValue(value)}`, detail),
  }
}

function withDetail(text: string, detail: string): string {
  return detail === '' ? text : `${text}: ${detail}`
}
