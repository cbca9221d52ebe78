import type { KubeObject } from '#api'
import type { Resource } from './discovery.ts'

/** Names one object. */
export interface ObjectRef {
  apiVersion: string
  kind: string
  name: string
  namespace?: string
}

/** Names a set of objects of one kind. */
export interface KindRef {
  apiVersion: string
  kind: string
  namespace?: string
  labelSelector?: string
  fieldSelector?: string
}

export interface WriteOptions {
  /** Field manager. */
  manager: string
  dryRun?: boolean
  signal?: AbortSignal
}

export type PatchType = 'merge' | 'json' | 'apply'

export interface PatchOptions extends WriteOptions {
  subresource?: 'status'
  /** Take over conflicting fields; apply only. */
  force?: boolean
}

export interface RemoveOptions {
  uid?: string
  resourceVersion?: string
  propagation?: 'Background' | 'Foreground' | 'Orphan'
}

export interface ObjectList {
  items: KubeObject[]
  resourceVersion: string
}

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'
  object: KubeObject
}

export interface WatchOptions {
  resourceVersion: string
  timeoutSeconds?: number
  signal?: AbortSignal
}

/** A client of one API server. Errors are `KUBE_*` codes with the server's own message; idempotent calls are retried. */
export interface Cluster {
  /** Throws `KUBE_NOT_FOUND`. */
  get(ref: ObjectRef): Promise<KubeObject>
  list(kind: KindRef): Promise<ObjectList>
  create(object: KubeObject, options: WriteOptions): Promise<KubeObject>
  patch(
    ref: ObjectRef,
    type: PatchType,
    body: unknown,
    options: PatchOptions,
  ): Promise<{ object: KubeObject; created: boolean }>
  /** Resolves once the server has accepted; finalizers may keep the object for longer. Throws `KUBE_NOT_FOUND`. */
  remove(ref: ObjectRef, options?: RemoveOptions): Promise<void>
  /** Ends when the server closes it; throws `KUBE_EXPIRED` when the resource version is too old. */
  watch(kind: KindRef, options: WatchOptions): AsyncIterable<WatchEvent>
  /** Throws `KUBE_KIND_UNKNOWN`. */
  resourceOf(apiVersion: string, kind: string): Promise<Resource>
  /** JSON at any path, e.g. `/version`. */
  raw(path: string): Promise<unknown>
  /** The same server seen as another user. */
  as(user: string): Cluster
}
