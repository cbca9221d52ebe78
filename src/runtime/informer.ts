import type { KubeObject } from '#api'
import type { Clock, Log } from '#base'
import { type Cluster, followKind, type KindRef } from '#kube'

/** Called with the object before and after; either is undefined when it was not there. */
export type ChangeListener<O> = (before: O | undefined, after: O | undefined) => void

/** All objects of one kind, as the cluster has them, and a word whenever one changes. */
export interface Informer<O extends KubeObject> {
  readonly synced: Promise<void>
  get(key: string): O | undefined
  list(): Iterable<O>
  onChange(listener: ChangeListener<O>): void
  /** Takes the answer to a write of our own, before the watch brings it. */
  put(object: O): void
}

export interface InformerOptions {
  signal: AbortSignal
  clock?: Clock
  log?: Log
}

/** `namespace/name` of an object; `name` alone when it has no namespace. */
export function keyOf({ namespace, name }: { namespace?: string; name: string }): string {
  return namespace ? `${namespace}/${name}` : name
}

/** Opens an {@link Informer}; it ends with the signal. */
export function openInformer<O extends KubeObject>(
  cluster: Cluster,
  kind: KindRef,
  options: InformerOptions,
): Informer<O> {
  const objects = new Map<string, O>()
  const listeners: ChangeListener<O>[] = []
  const tell: ChangeListener<O> = (before, after) => {
    for (const listener of listeners) listener(before, after)
  }
  const put = (object: KubeObject): void => {
    const key = keyOf(object.metadata)
    const before = objects.get(key)
    if (before && before.metadata.uid === object.metadata.uid && versionOf(before) >= versionOf(object))
      return
    objects.set(key, object as O)
    tell(before, object as O)
  }
  const drop = (object: KubeObject): void => {
    const key = keyOf(object.metadata)
    const before = objects.get(key)
    if (!before || before.metadata.uid !== object.metadata.uid) return
    objects.delete(key)
    tell(before, undefined)
  }
  const replace = (all: KubeObject[]): void => {
    const present = new Set(all.map((object) => keyOf(object.metadata)))
    for (const [key, object] of objects) if (!present.has(key)) drop(object)
    for (const object of all) put(object)
  }
  const { synced } = followKind(cluster, kind, { replace, put, drop }, options)
  return {
    synced,
    get: (key) => objects.get(key),
    list: () => objects.values(),
    onChange: (listener) => void listeners.push(listener),
    put,
  }
}

/** Which objects name a given thing: kept up to date with the informer, so that looking up is not a scan. */
export function indexBy<O extends KubeObject>(
  informer: Informer<O>,
  termsOf: (object: O) => readonly string[],
): (term: string) => readonly string[] {
  const keys = new Map<string, Set<string>>()
  informer.onChange((before, after) => {
    const key = keyOf((after ?? before)?.metadata ?? { name: '' })
    for (const term of before ? termsOf(before) : []) {
      const set = keys.get(term)
      set?.delete(key)
      if (set?.size === 0) keys.delete(term)
    }
    for (const term of after ? termsOf(after) : []) keys.set(term, (keys.get(term) ?? new Set()).add(key))
  })
  return (term) => [...(keys.get(term) ?? [])]
}

function versionOf(object: KubeObject): number {
  return Number(object.metadata.resourceVersion ?? 0)
}
