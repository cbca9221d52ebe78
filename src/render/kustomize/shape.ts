import { isObject, SluiceError, setOwn } from '#base'

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

/** What is checked, for errors and for how strict to be. */
export interface ShapePlace {
  readonly file: string
  /** The steps from the top of the file. */
  readonly path?: string
  /** Whether unknown fields are left out instead of refused, as kustomize does in some of its files. */
  readonly lenient?: boolean
}

/**
 * The value as its shape wants it: names in the case of the shape (Go's JSON reader does not mind case), nulls left out.
 * Throws `KUSTOMIZATION_INVALID` for an unknown field, with the nearest known name, and for a wrong type.
 */
export function checkShape(value: unknown, shape: Shape, place: ShapePlace): unknown {
  if (value === null || value === undefined) return undefined
  if (shape === 'any') return value
  if (typeof shape === 'string') return checkScalar(value, shape, place)
  const { path = '' } = place
  if ('list' in shape) {
    if (!Array.isArray(value)) throw mismatch(value, shape, place)
    return value
      .map((item, index) => checkShape(item, shape.list, { ...place, path: `${path}[${index}]` }))
      .map((item) => item ?? emptyOf(shape.list))
  }
  if (!isObject(value)) throw mismatch(value, shape, place)
  return 'map' in shape ? checkMap(value, shape.map, place) : checkStruct(value, shape, place)
}

function checkMap(map: Record<string, unknown>, shape: Shape, place: ShapePlace): unknown {
  const result: Record<string, unknown> = {}
  for (const [key, member] of Object.entries(map))
    setOwn(result, key, checkShape(member, shape, below(place, key)) ?? emptyOf(shape))
  return result
}

function checkStruct(map: Record<string, unknown>, { fields }: StructShape, place: ShapePlace): unknown {
  const result: Record<string, unknown> = {}
  for (const [key, member] of Object.entries(map)) {
    const name = knownName(key, fields, place)
    const shape = name === undefined ? undefined : fields[name]
    if (name === undefined || shape === undefined) continue
    const checked = checkShape(member, shape, below(place, name))
    if (checked !== undefined) result[name] = checked
  }
  return result
}

function below(place: ShapePlace, name: string): ShapePlace {
  return { ...place, path: place.path ? `${place.path}.${name}` : name }
}

// Go's zero value stands for null inside lists and maps.
function emptyOf(shape: Shape): unknown {
  if (shape === 'string') return ''
  if (shape === 'boolean') return false
  if (shape === 'integer') return 0
  if (shape === 'any') return null
  return 'list' in shape ? [] : {}
}

function checkScalar(value: unknown, shape: 'string' | 'boolean' | 'integer', place: ShapePlace): unknown {
  const fits =
    shape === 'integer' ? typeof value === 'number' && Number.isInteger(value) : typeof value === shape
  if (fits) return value
  throw mismatch(value, shape, place)
}

function knownName(
  key: string,
  fields: StructShape['fields'],
  { file, path = '', lenient = false }: ShapePlace,
): string | undefined {
  if (Object.hasOwn(fields, key)) return key
  const names = Object.keys(fields)
  const sameButCase = names.find((name) => name.toLowerCase() === key.toLowerCase())
  if (sameButCase !== undefined || lenient) return sameButCase
  const nearest = nearestOf(key, names)
  throw new SluiceError(
    'KUSTOMIZATION_INVALID',
    `invalid Kustomization: json: unknown field ${JSON.stringify(key)} in ${path ? `${path} of ` : ''}${file}` +
      (nearest ? `; the nearest known field is ${JSON.stringify(nearest)}` : ''),
    { details: { file } },
  )
}

function mismatch(value: unknown, shape: Shape, { file, path = '' }: ShapePlace): SluiceError {
  const found = Array.isArray(value) ? 'array' : typeof value
  return new SluiceError(
    'KUSTOMIZATION_INVALID',
    `invalid Kustomization: json: cannot unmarshal ${found} into ${path || 'the file'} of ${file}, wanted ${typeName(shape)}`,
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
