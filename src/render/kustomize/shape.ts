import { isObject, setOwn, SluiceError } from '#base'

/** What a field of a configuration file may hold: a JSON type, a list, a map or a struct of known fields. */
export type Shape =
  | 'string'
  | 'boolean'
  | 'integer'
  | 'any'
  | { readonly list: Shape }
  | { readonly map: Shape }
  | StructShape

/** A map of known fields. */
export interface StructShape {
  readonly fields: Readonly<Record<string, Shape>>
}

const goTypes: Readonly<Record<string, string>> = { string: 'string', boolean: 'bool', integer: 'int64' }

/**
 * The value as its shape wants it: names in the case of the shape (Go's JSON reader does not mind case), nulls left out.
 * Throws `KUSTOMIZATION_INVALID` for an unknown field, with the nearest known name, and for a wrong type.
 */
export function checkShape(value: unknown, shape: Shape, file: string, path = ''): unknown {
  if (value === null || value === undefined) return undefined
  if (shape === 'any') return value
  if (typeof shape === 'string') return checkScalar(value, shape, file, path)
  if ('list' in shape) {
    if (!Array.isArray(value)) throw mismatch(value, shape, file, path)
    return value
      .map((item, index) => checkShape(item, shape.list, file, `${path}[${index}]`))
      .map((item) => item ?? emptyOf(shape.list))
  }
  if (!isObject(value)) throw mismatch(value, shape, file, path)
  const result: Record<string, unknown> = {}
  for (const [key, member] of Object.entries(value)) {
    const name = 'map' in shape ? key : knownName(key, shape.fields, file, path)
    const inner = 'map' in shape ? shape.map : (shape.fields[name] ?? 'any')
    const checked =
      checkShape(member, inner, file, path ? `${path}.${name}` : name) ??
      ('map' in shape ? emptyOf(inner) : undefined)
    if (checked !== undefined) setOwn(result, name, checked)
  }
  return result
}

// Go's zero value stands for null inside lists and maps.
function emptyOf(shape: Shape): unknown {
  if (shape === 'string') return ''
  if (shape === 'boolean') return false
  if (shape === 'integer') return 0
  if (shape === 'any') return null
  return 'list' in shape ? [] : {}
}

function checkScalar(
  value: unknown,
  shape: 'string' | 'boolean' | 'integer',
  file: string,
  path: string,
): unknown {
  const fits =
    shape === 'integer' ? typeof value === 'number' && Number.isInteger(value) : typeof value === shape
  if (fits) return value
  throw mismatch(value, shape, file, path)
}

function knownName(key: string, fields: Readonly<Record<string, Shape>>, file: string, path: string): string {
  if (Object.hasOwn(fields, key)) return key
  const names = Object.keys(fields)
  const sameButCase = names.find((name) => name.toLowerCase() === key.toLowerCase())
  if (sameButCase !== undefined) return sameButCase
  const nearest = nearestOf(key, names)
  throw new SluiceError(
    'KUSTOMIZATION_INVALID',
    `invalid Kustomization: json: unknown field ${JSON.stringify(key)} in ${path ? `${path} of ` : ''}${file}` +
      (nearest ? `; the nearest known field is ${JSON.stringify(nearest)}` : ''),
    { details: { file } },
  )
}

function mismatch(value: unknown, shape: Shape, file: string, path: string): SluiceError {
  const found = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value
  return new SluiceError(
    'KUSTOMIZATION_INVALID',
    `invalid Kustomization: json: cannot unmarshal ${isObject(value) ? 'object' : found} into ${path || 'the file'} of ${file}, wanted ${typeName(shape)}`,
    { details: { file } },
  )
}

function typeName(shape: Shape): string {
  if (typeof shape === 'string') return goTypes[shape] ?? 'anything'
  if ('list' in shape) return `a list of ${typeName(shape.list)}`
  return 'a map'
}

/** The name of `names` with the fewest edits to `word`, when it is near enough to be a slip. */
export function nearestOf(word: string, names: readonly string[]): string | undefined {
  let nearest: string | undefined
  let least = Math.max(2, Math.floor(word.length / 3)) + 1
  for (const name of names) {
    if (Math.abs(name.length - word.length) >= least) continue
    const distance = editDistance(word.toLowerCase(), name.toLowerCase())
    if (distance >= least) continue
    least = distance
    nearest = name
  }
  return nearest
}

function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(change, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1))
    }
    above = row
  }
  return above[b.length] ?? 0
}
