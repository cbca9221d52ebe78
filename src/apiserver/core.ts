import type { KubeObject } from '#api'
import type { Clock, Log } from '#base'
import type { ResourceRegistry } from './resources.ts'
import type { ObjectStore } from './storage.ts'

/** What every part of the server works on. */
export interface Core {
  readonly store: ObjectStore
  readonly resources: ResourceRegistry
  readonly clock: Clock
  readonly log: Log
  /** The JSON of a stored object, made once. */
  readonly jsonOf: (object: KubeObject) => string
}

/** A cache of objects' JSON that forgets with the objects; only frozen objects may be asked for. */
export function createJsonCache(): (object: KubeObject) => string {
  const texts = new WeakMap<KubeObject, string>()
  return (object) => {
    let text = texts.get(object)
    if (text === undefined) texts.set(object, (text = JSON.stringify(object)))
    return text
  }
}
