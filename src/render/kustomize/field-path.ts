import { isObject, SluiceError, setOwn } from '#base'
import type { Gvk } from './resource.ts'

/** A field of some kinds: what namespaces, labels, names and images are written to. Empty parts mean any. */
export interface FieldSpec {
  readonly group?: string
  readonly version?: string
  readonly kind?: string
  /** Steps between slashes; a slash inside a step is `\/`; lists are gone through element by element. */
  readonly path: string
  /** Whether missing steps are made. */
  readonly create?: boolean
}

/** A place that holds a value; `get` gives undefined when there is none yet. */
export interface Place {
  readonly get: () => unknown
  readonly set: (value: unknown) => void
}

/** Whether a field spec is for a kind. */
export function selectsGvk(spec: Partial<Gvk>, gvk: Gvk): boolean {
  return (
    (!spec.group || spec.group === gvk.group) &&
    (!spec.version || spec.version === gvk.version) &&
    (!spec.kind || spec.kind === gvk.kind)
  )
}

/** Calls `visit` for every place that the path leads to. Throws `BUILD_FIELD_MISMATCH` when a scalar is in the way. */
export function walkField(
  object: Record<string, unknown>,
  { path, create = false }: FieldSpec,
  visit: (place: Place) => void,
): void {
  const steps = splitPath(path)
  const walk = (value: unknown, at: number, place: Place): void => {
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries())
        walk(item, at, { get: () => item as unknown, set: (next) => void (value[index] = next) })
      return
    }
    const step = steps[at]
    if (step === undefined) {
      visit(place)
      return
    }
    if (value === null || value === undefined) return
    if (!isObject(value))
      throw new SluiceError(
        'BUILD_FIELD_MISMATCH',
        `considering field '${path}': found a scalar above ${JSON.stringify(step)}, wanted a map or a list`,
      )
    walkStep(value, step, at)
  }
  const walkStep = (holder: Record<string, unknown>, step: string, at: number): void => {
    const isList = step.endsWith('[]')
    const key = isList ? step.slice(0, -2) : step
    const last = at === steps.length - 1
    const found = Object.hasOwn(holder, key) ? holder[key] : undefined
    const place = { get: () => holder[key], set: (next: unknown) => setOwn(holder, key, next) }
    if (found !== undefined && found !== null) return walk(found, at + 1, place)
    if (!create || isList) return
    if (last) return visit(place)
    const made = {}
    setOwn(holder, key, made)
    walk(made, at + 1, place)
  }
  // The object itself is never replaced: a path has at least one step.
  walk(object, 0, { get: () => object, set: () => undefined })
}

/** The steps of a path, `\/` being a slash inside a step. */
export function splitPath(path: string): string[] {
  return path
    .split(/(?<!\\)\//)
    .map((step) => step.replaceAll('\\/', '/'))
    .filter((step, index) => step !== '' || index > 0)
}
