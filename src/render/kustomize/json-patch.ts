import { clone, equal, isObject, SluiceError, setOwn } from '#base'

/** One operation of a JSON Patch (RFC 6902 §4). */
export interface JsonPatchOperation {
  readonly op: string
  readonly path: string
  readonly from?: string
  readonly value?: unknown
}

const operations = ['add', 'remove', 'replace', 'move', 'copy', 'test']

/** The operations of a parsed patch; undefined when the value is none. */
export function asJsonPatch(value: unknown): JsonPatchOperation[] | undefined {
  if (!Array.isArray(value)) return undefined
  const isOperation = (item: unknown): boolean =>
    isObject(item) && typeof item['op'] === 'string' && typeof item['path'] === 'string'
  return value.every(isOperation) ? (value as JsonPatchOperation[]) : undefined
}

/** A JSON Patch on a value, which is not changed. Throws `BUILD_PATCH_FAILED` at the first operation that does not apply. */
export function jsonPatch(value: unknown, patch: readonly JsonPatchOperation[]): unknown {
  // One holder above the value lets the path "" be like any other.
  const holder: Record<string, unknown> = { root: clone(value) }
  for (const operation of patch) applyOperation(holder, operation)
  return holder['root']
}

function applyOperation(holder: Record<string, unknown>, operation: JsonPatchOperation): void {
  const { op, path, from } = operation
  const fail = (found: string): SluiceError =>
    new SluiceError(
      'BUILD_PATCH_FAILED',
      `Cannot apply the JSON patch: ${op} operation on ${JSON.stringify(path)}: ${found}`,
    )
  const stepsOf = (pointer: string): string[] => {
    if (pointer !== '' && !pointer.startsWith('/'))
      throw fail(`${JSON.stringify(pointer)} does not begin with a slash`)
    return [
      'root',
      ...pointer
        .split('/')
        .slice(1)
        .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~')),
    ]
  }
  const target = stepsOf(path)
  if (op === 'add') add(holder, target, clone(operation.value ?? null), fail)
  else if (op === 'remove') remove(holder, target, fail)
  else if (op === 'replace') replace(holder, target, clone(operation.value ?? null), fail)
  else if (op === 'move') {
    if (from === undefined) throw fail('it has no from')
    add(holder, target, remove(holder, stepsOf(from), fail), fail)
  } else if (op === 'copy') {
    if (from === undefined) throw fail('it has no from')
    add(holder, target, clone(read(holder, stepsOf(from), fail)), fail)
  } else if (op === 'test') {
    if (!equal(readOrUndefined(holder, target) ?? null, operation.value ?? null))
      throw fail('the value is another')
  } else throw fail(`found operation ${JSON.stringify(op)}, wanted one of ${operations.join(', ')}`)
}

type Fail = (found: string) => SluiceError

function parentOf(
  holder: unknown,
  steps: readonly string[],
  fail: Fail,
): [Record<string, unknown> | unknown[], string] {
  let parent = holder
  for (const step of steps.slice(0, -1)) parent = child(parent, step)
  if (!Array.isArray(parent) && !isObject(parent)) throw fail('doc is missing path')
  return [parent as Record<string, unknown> | unknown[], steps.at(-1) ?? '']
}

function child(parent: unknown, step: string): unknown {
  if (Array.isArray(parent)) return parent[indexOf(step, parent.length) ?? -1] as unknown
  return isObject(parent) && Object.hasOwn(parent, step) ? parent[step] : undefined
}

// Negative indexes count from the end, as the library that kustomize uses lets them.
function indexOf(step: string, length: number): number | undefined {
  if (!/^-?(0|[1-9][0-9]*)$/.test(step)) return undefined
  const index = Number(step)
  return index < 0 ? index + length : index
}

function add(holder: unknown, steps: readonly string[], value: unknown, fail: Fail): void {
  const [parent, key] = parentOf(holder, steps, fail)
  if (!Array.isArray(parent)) return setOwn(parent, key, value)
  if (key === '-') return void parent.push(value)
  // The end itself counts as a place here, so -1 appends.
  const index = indexOf(key, parent.length + 1)
  if (index === undefined || index < 0 || index > parent.length) throw fail(`there is no index ${key}`)
  parent.splice(index, 0, value)
}

function remove(holder: unknown, steps: readonly string[], fail: Fail): unknown {
  const [parent, key] = parentOf(holder, steps, fail)
  if (Array.isArray(parent)) {
    const index = indexOf(key, parent.length)
    if (index === undefined || index < 0 || index >= parent.length) throw fail(`there is no index ${key}`)
    return parent.splice(index, 1)[0]
  }
  if (!Object.hasOwn(parent, key)) throw fail('there is nothing to remove')
  const value = parent[key]
  delete parent[key]
  return value
}

function replace(holder: unknown, steps: readonly string[], value: unknown, fail: Fail): void {
  const [parent, key] = parentOf(holder, steps, fail)
  if (Array.isArray(parent)) {
    const index = indexOf(key, parent.length)
    if (index === undefined || index < 0 || index >= parent.length) throw fail(`there is no index ${key}`)
    parent[index] = value
    return
  }
  // kustomize's library sets a member that is not there instead of refusing.
  setOwn(parent, key, value)
}

function read(holder: unknown, steps: readonly string[], fail: Fail): unknown {
  const value = readOrUndefined(holder, steps)
  if (value === undefined) throw fail('there is nothing to copy')
  return value
}

function readOrUndefined(holder: unknown, steps: readonly string[]): unknown {
  return steps.reduce<unknown>(child, holder)
}
