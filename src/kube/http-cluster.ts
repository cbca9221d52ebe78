import type { KubeObject } from '#api'
import { systemClock } from '#base'
import { type Call, type Caller, type ClusterOptions, callJson, createCaller, signalOf } from './caller.ts'
import type {
  Cluster,
  KindRef,
  ObjectList,
  ObjectRef,
  PatchOptions,
  PatchType,
  RemoveOptions,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from './cluster.ts'
import { createDiscovery, type Discovery, type Resource } from './discovery.ts'
import { collectionPath, selectors, writeQuery } from './paths.ts'
import { watchPath } from './watch.ts'

const patchTypes: Readonly<Record<PatchType, string>> = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
}

// Large enough that a list of thousands is few requests, small enough that no answer is tens of megabytes.
const pageSize = 500
const listBytes = 256 * 1024 * 1024

/** A {@link Cluster} over HTTP. */
export class HttpCluster implements Cluster {
  readonly #options: ClusterOptions
  readonly #caller: Caller
  readonly #discovery: Discovery

  constructor(options: ClusterOptions) {
    this.#options = options
    this.#caller = createCaller(options)
    this.#discovery = createDiscovery((path) => this.raw(path), options.clock ?? systemClock)
  }

  async raw(path: string): Promise<unknown> {
    return (await this.#json({ method: 'GET', path })).value
  }

  resourceOf(apiVersion: string, kind: string): Promise<Resource> {
    return this.#discovery.resourceOf(apiVersion, kind)
  }

  async get(ref: ObjectRef): Promise<KubeObject> {
    return (await this.raw(await this.#pathOf(ref))) as KubeObject
  }

  async list(kind: KindRef): Promise<ObjectList> {
    const path = await this.#collectionOf(kind)
    return listAll(kind, (page) =>
      callJson(this.#caller, { method: 'GET', path, query: { ...selectors(kind), ...page } }, listBytes),
    )
  }

  async create(object: KubeObject, options: WriteOptions): Promise<KubeObject> {
    const path = await this.#collectionOf({ ...object, ...object.metadata })
    const { value } = await this.#json({
      method: 'POST',
      path,
      query: writeQuery(options),
      body: object,
      ...signalOf(options),
    })
    return value as KubeObject
  }

  async patch(
    ref: ObjectRef,
    type: PatchType,
    body: unknown,
    options: PatchOptions,
  ): Promise<{ object: KubeObject; created: boolean }> {
    const path = `${await this.#pathOf(ref)}${options.subresource ? `/${options.subresource}` : ''}`
    const query = {
      ...writeQuery(options),
      ...(type === 'apply' ? { force: String(options.force ?? false) } : {}),
    }
    const contentType = patchTypes[type]
    const { status, value } = await this.#json({
      method: 'PATCH',
      path,
      query,
      body,
      contentType,
      ...signalOf(options),
    })
    return { object: value as KubeObject, created: status === 201 }
  }

  async remove(
    ref: ObjectRef,
    { uid, resourceVersion, propagation = 'Background' }: RemoveOptions = {},
  ): Promise<void> {
    const preconditions = {
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    }
    const body = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: propagation, preconditions }
    await this.#json({ method: 'DELETE', path: await this.#pathOf(ref), body })
  }

  async *watch(kind: KindRef, options: WatchOptions): AsyncGenerator<WatchEvent> {
    yield* watchPath(this.#caller, { path: await this.#collectionOf(kind), kind }, options)
  }

  as(user: string): Cluster {
    const headers = async (): Promise<Record<string, string | string[]>> => ({
      ...(await this.#options.headers?.()),
      'impersonate-user': user,
    })
    return new HttpCluster({ ...this.#options, headers })
  }

  #json(call: Call): Promise<{ status: number; value: unknown }> {
    return callJson(this.#caller, call)
  }

  async #collectionOf({ apiVersion, kind, namespace }: KindRef): Promise<string> {
    return collectionPath(await this.resourceOf(apiVersion, kind), namespace)
  }

  async #pathOf(ref: ObjectRef): Promise<string> {
    return `${await this.#collectionOf(ref)}/${encodeURIComponent(ref.name)}`
  }
}

async function listAll(
  kind: KindRef,
  page: (query: Record<string, string>) => Promise<{ value: unknown }>,
): Promise<ObjectList> {
  const items: KubeObject[] = []
  let token = ''
  for (;;) {
    const query = { limit: String(pageSize), ...(token === '' ? {} : { continue: token }) }
    const list = (await page(query)).value as {
      metadata: { resourceVersion: string; continue?: string }
      items: KubeObject[] | null
    }
    // The items of a list come without apiVersion and kind.
    for (const item of list.items ?? []) items.push({ ...item, apiVersion: kind.apiVersion, kind: kind.kind })
    token = list.metadata.continue ?? ''
    if (token === '') return { items, resourceVersion: list.metadata.resourceVersion }
  }
}
