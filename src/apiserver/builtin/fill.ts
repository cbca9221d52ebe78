import { clone, isObject } from '#base'
import type { Fields } from './walk.ts'

/** Sets in place what is absent or empty text; Go knows no difference between the two for such fields. */
export function fill(value: Fields, defaults: Fields): void {
  for (const [key, item] of Object.entries(defaults)) {
    const found = value[key]
    if (found === undefined || found === null || found === '') value[key] = clone(item)
  }
}

/** The object at a key, made when absent. */
export function ensure(value: Fields, key: string): Fields {
  const found = value[key]
  if (isObject(found)) return found
  const made: Fields = {}
  value[key] = made
  return made
}
