import { clone, equal, isObject, limits, SluiceError, setOwn, tooLarge } from '#base'
import { isDeeperThan } from './depth.ts'

interface Operation {
  op: string
  path: string[]
  from: string[]
  value: unknown
  has: boolean
}

// kube-apiserver's own limit on one request.
const maxOperations = 10_000

/**
 * JSON Patch (RFC 6902): a new document. Throws `PATCH_INVALID` for what is no patch, `PATCH_PATH_MISSING` and
 * `PATCH_TEST_FAILED` when it does not fit the document, and `LIMIT_EXCEEDED`.
 */
export function jsonPatch(document: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations)) throw bad('operations', kindOf(operations), 'a list')
  if (operations.length > maxOperations)
    throw tooLarge('the patch', `${operations.length} operations`, `at most ${maxOperations}`)
  const budget = { left: limits.requestBytes }
  return operations.reduce<unknown>(
    (current, each, index) => run(current, parse(each, index), budget),
    clone(document),
  )
}

function parse(source: unknown, index: number): Operation {
  const where = `operation ${index}`
  if (!isObject(source)) throw bad(where, JSON.stringify(source) ?? 'nothing', 'an object')
  const { op, path, from, value } = source
  if (typeof op !== 'string' || !['add', 'remove', 'replace', 'move', 'copy', 'test'].includes(op))
    throw bad(where, `op ${JSON.stringify(op)}`, 'add, remove, replace, move, copy or test')
  const two = op === 'move' || op === 'copy'
  const has = Object.hasOwn(source, 'value')
  if (!has && ['add', 'replace', 'test'].includes(op)) throw bad(where, 'no value', `a value for ${op}`)
  return { op, path: pointer(path, where), from: two ? pointer(from, where) : [], value, has }
}

// RFC 6901 §3-4.
function pointer(text: unknown, where: string): string[] {
  if (typeof text !== 'string') throw bad(where, `path ${JSON.stringify(text)}`, 'a JSON pointer')
  if (text === '') return []
  if (!text.startsWith('/') || /~(?![01])/.test(text))
    throw bad(where, `path ${JSON.stringify(text)}`, 'a JSON pointer such as /metadata/labels/a~1b')
  return text
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function run(document: unknown, operation: Operation, budget: { left: number }): unknown {
  const { op, path, from, value } = operation
  if (op === 'add') return add(document, path, clone(value))
  if (op === 'remove') return remove(document, path)
  if (op === 'replace') return replace(document, path, clone(value))
  if (op === 'test') return test(document, path, value)
  const moved = read(document, from)
  if (op === 'move') {
    if (from.length < path.length && from.every((part, index) => path[index] === part))
      throw bad('move', `${format(from)} into ${format(path)}`, 'a target outside of what is moved')
    return add(remove(document, from), path, moved)
  }
  // Copies of copies double the document with every operation.
  budget.left -= JSON.stringify(moved).length
  if (budget.left < 0)
    throw tooLarge('the patch', 'copies without end', `at most ${limits.requestBytes} bytes of them`)
  return add(document, path, clone(moved))
}

function read(document: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((parent, part, depth) => {
    if (Array.isArray(parent)) return parent[indexOf(parent, part, path, parent.length - 1)]
    if (isObject(parent) && Object.hasOwn(parent, part)) return parent[part]
    throw missing(path.slice(0, depth + 1))
  }, document)
}

function add(document: unknown, path: readonly string[], value: unknown): unknown {
  checkDepth(path, value)
  const last = path.at(-1)
  if (last === undefined) return value
  const parent = read(document, path.slice(0, -1))
  if (Array.isArray(parent)) {
    parent.splice(last === '-' ? parent.length : indexOf(parent, last, path, parent.length), 0, value)
  } else if (isObject(parent)) setOwn(parent, last, value)
  else throw missing(path)
  return document
}

function remove(document: unknown, path: readonly string[]): unknown {
  const last = path.at(-1)
  if (last === undefined) return null
  const parent = read(document, path.slice(0, -1))
  if (Array.isArray(parent)) parent.splice(indexOf(parent, last, path, parent.length - 1), 1)
  else if (isObject(parent) && Object.hasOwn(parent, last)) delete parent[last]
  else throw missing(path)
  return document
}

function replace(document: unknown, path: readonly string[], value: unknown): unknown {
  checkDepth(path, value)
  const last = path.at(-1)
  if (last === undefined) return value
  read(document, path)
  const parent = read(document, path.slice(0, -1))
  if (Array.isArray(parent)) parent[indexOf(parent, last, path, parent.length - 1)] = value
  else if (isObject(parent)) setOwn(parent, last, value)
  return document
}

function test(document: unknown, path: readonly string[], value: unknown): unknown {
  if (equal(read(document, path), value)) return document
  throw new SluiceError(
    'PATCH_TEST_FAILED',
    `Cannot patch: found another value at ${format(path)}, wanted what the test operation says`,
  )
}

function indexOf(list: unknown[], part: string, path: readonly string[], max: number): number {
  if (/^(?:0|[1-9]\d*)$/.test(part) && Number(part) <= max) return Number(part)
  throw new SluiceError(
    'PATCH_PATH_MISSING',
    `Cannot patch ${format(path)}: found index ${JSON.stringify(part)}, wanted a place in a list of ${list.length}`,
  )
}

// Small operations could otherwise nest a document deeper than any walk over it can go.
function checkDepth(path: readonly string[], value: unknown): void {
  if (isDeeperThan(value, limits.yamlDepth - path.length))
    throw bad(format(path.slice(0, 8)), 'deeper nesting', `at most ${limits.yamlDepth} levels`)
}

function missing(path: readonly string[]): SluiceError {
  return new SluiceError(
    'PATCH_PATH_MISSING',
    `Cannot patch ${format(path)}: found nothing there, wanted an existing path`,
  )
}

function format(path: readonly string[]): string {
  return path.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('') || '""'
}

function kindOf(value: unknown): string {
  return value === undefined || value === null
    ? 'nothing'
    : isObject(value)
      ? 'an object'
      : `a ${typeof value}`
}

function bad(where: string, found: string, wanted: string): SluiceError {
  return new SluiceError('PATCH_INVALID', `Cannot patch: ${where}: found ${found}, wanted ${wanted}`)
}
