import type { KubeObject } from '#api'
import { isCode } from '#base'
import type { Cluster, KindRef, ObjectRef } from './cluster.ts'

/** An object as it is now: there, or just gone. */
export interface Seen {
  object: KubeObject
  gone: boolean
}

/**
 * The objects of a kind as they are, then each change, until the signal; what was seen already is not told again. A watch that
 * the server ends is taken up where it was, one that is too old starts from a new list.
 */
export async function* followObjects(
  cluster: Cluster,
  target: KindRef,
  signal: AbortSignal,
): AsyncGenerator<Seen> {
  const seen = new Map<string, string>()
  const isNew = ({ metadata }: KubeObject): boolean => {
    const key = `${metadata.namespace ?? ''}/${metadata.name}`
    const known = seen.get(key) === metadata.resourceVersion
    seen.set(key, metadata.resourceVersion ?? '')
    return !known
  }
  for (;;) {
    const { items, resourceVersion: listed } = await cluster.list(target)
    for (const object of items) if (isNew(object)) yield { object, gone: false }
    let resourceVersion = listed
    try {
      while (!signal.aborted) {
        for await (const { type, object } of cluster.watch(target, { resourceVersion, signal })) {
          resourceVersion = object.metadata.resourceVersion ?? resourceVersion
          if (type !== 'BOOKMARK' && isNew(object)) yield { object, gone: type === 'DELETED' }
        }
      }
      signal.throwIfAborted()
    } catch (error) {
      if (signal.aborted) throw signal.reason
      if (!isCode(error, 'KUBE_EXPIRED')) throw error
    }
  }
}

/** A collection that has only this object. */
export function onlyObject({ apiVersion, kind, name, namespace }: ObjectRef): KindRef {
  return { apiVersion, kind, fieldSelector: `metadata.name=${name}`, ...(namespace ? { namespace } : {}) }
}
