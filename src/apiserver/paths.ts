import { isObject, setOwn } from '#base'

/** What stands at a dotted path (`spec.replicas`), undefined where the path ends early. */
export function valueAt(root: unknown, path: string): unknown {
  let value = root
  for (const key of path.split('.')) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined
    value = value[key]
  }
  return value
}

/** The number at a path, 0 when there is none. */
export function numberAt(root: unknown, path: string): number {
  const value = valueAt(root, path)
  return typeof value === 'number' ? value : 0
}

/** The string, number or boolean at a path as text, empty when there is none. */
export function textAt(root: unknown, path: string): string {
  const value = valueAt(root, path)
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : ''
}

/** The array of objects at a path, empty when there is none. */
export function objectsAt(root: unknown, path: string): Record<string, unknown>[] {
  const value = valueAt(root, path)
  return Array.isArray(value) ? value.filter(isObject) : []
}

/** The object at a path, empty when there is none. */
export function objectAt(root: unknown, path: string): Record<string, unknown> {
  const value = valueAt(root, path)
  return isObject(value) ? value : {}
}

/** A copy of `root` with `value` at a path; only what leads there is copied. */
export function withValue<T>(root: T, path: string, value: unknown): T {
  const [key = '', ...rest] = path.split('.')
  const copy: Record<string, unknown> = isObject(root) ? { ...root } : {}
  setOwn(copy, key, rest.length === 0 ? value : withValue(copy[key], rest.join('.'), value))
  return copy as T
}
