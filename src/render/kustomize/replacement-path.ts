import { isObject, SluiceError, setOwn } from '#base'
import type { Place } from './field-path.ts'
import { patternOf } from './pattern.ts'

/** Splits `spec.containers.[name=web].env.0.value` at its dots; `\.` and dots in brackets do not count. */
export function splitFieldPath(path: string): string[] {
  const steps: string[] = []
  let step = ''
  let depth = 0
  for (let at = 0; at < path.length; at++) {
    const char = path[at] ?? ''
    if (char === '\\' && path[at + 1] === '.') step += path[++at] ?? ''
    else if (char === '.' && depth === 0) {
      if (step !== '') steps.push(step)
      step = ''
    } else {
      if (char === '[') depth++
      if (char === ']') depth = Math.max(0, depth - 1)
      step += char
    }
  }
  if (step !== '') steps.push(step)
  return steps
}

/** The places that a path leads to; with `create` missing maps are made on the way. */
export function placesAt(object: Record<string, unknown>, path: string, create: boolean): Place[] {
  const steps = splitFieldPath(path)
  let places: Place[] = [{ get: () => object, set: () => undefined }]
  for (const step of steps) places = places.flatMap((place) => childrenOf(place, step, create))
  return places
}

function childrenOf(place: Place, written: string, create: boolean): Place[] {
  // Brackets without a condition only keep the dots of a key together.
  const step = /^\[[^=]*\]$/.test(written) ? written.slice(1, -1) : written
  let value = place.get()
  if ((value === undefined || value === null) && create) {
    value = isListStep(step) ? [] : {}
    place.set(value)
  }
  if (step === '*') return everyChild(value)
  const condition = /^\[([^=]*)=(.*)\]$/s.exec(step)
  if (Array.isArray(value)) {
    if (condition) return matching(value, condition[1] ?? '', condition[2] ?? '', create)
    return element(value, step, create)
  }
  if (isObject(value)) return member(value, step, create)
  return []
}

function isListStep(step: string): boolean {
  return /^\[.*\]$/s.test(step)
}

function everyChild(value: unknown): Place[] {
  if (Array.isArray(value)) return value.map((_, index) => inList(value, index))
  return isObject(value) ? Object.keys(value).map((key) => inMap(value, key)) : []
}

function matching(list: unknown[], key: string, value: string, create: boolean): Place[] {
  const fits = patternOf(value, 'field path value')
  const matches = (item: unknown): boolean => {
    const found = key === '' ? item : isObject(item) ? item[key] : undefined
    const text = scalarText(found)
    return text !== undefined && fits(text)
  }
  const places = list.flatMap((item, index) => (matches(item) ? [inList(list, index)] : []))
  if (places.length > 0 || !create) return places
  list.push(key === '' ? value : { [key]: value })
  return [inList(list, list.length - 1)]
}

function element(list: unknown[], step: string, create: boolean): Place[] {
  if (!/^\d+$/.test(step))
    throw new SluiceError(
      'BUILD_REPLACEMENT_FAILED',
      `Cannot replace: found a list above ${JSON.stringify(step)}, wanted an index, * or [key=value]`,
    )
  const index = Number(step)
  if (index < list.length) return [inList(list, index)]
  if (index === list.length && create) {
    list.push(undefined)
    return [inList(list, index)]
  }
  throw new SluiceError(
    'BUILD_REPLACEMENT_FAILED',
    `Cannot replace: index ${index} specified but only ${list.length} elements found`,
  )
}

function member(holder: Record<string, unknown>, key: string, create: boolean): Place[] {
  return Object.hasOwn(holder, key) || create ? [inMap(holder, key)] : []
}

function inList(list: unknown[], index: number): Place {
  return { get: () => list[index], set: (value) => void (list[index] = value) }
}

function inMap(holder: Record<string, unknown>, key: string): Place {
  return {
    get: () => (Object.hasOwn(holder, key) ? holder[key] : undefined),
    set: (value) => setOwn(holder, key, value),
  }
}

/** A string, number or boolean as text; undefined for everything else. */
export function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}
