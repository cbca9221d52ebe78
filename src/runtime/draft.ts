import type { KubeObject } from '#api'
import { type Clock, formatTime, isCode } from '#base'
import { type Cluster, type PatchOptions, refOf } from '#kube'
import {
  type CommonStatus,
  type ConditionDraft,
  patchOf,
  withCondition,
  withoutConditions,
} from './status.ts'

export interface DraftOptions {
  cluster: Cluster
  clock: Clock
  /** Field manager. */
  manager: string
  /** Told of every stored object. */
  stored(object: KubeObject): void
}

/** The status that an object is to have: changed in memory, stored as one patch of what differs. */
export class StatusDraft<S extends CommonStatus> {
  readonly #options: DraftOptions
  readonly #generation: number
  readonly #touched = new Set<string>()
  #object: KubeObject
  #status: S

  constructor(object: KubeObject, options: DraftOptions) {
    this.#object = object
    this.#options = options
    this.#generation = object.metadata.generation ?? 0
    this.#status = { ...(object['status'] as S | undefined) } as S
  }

  get status(): S {
    return this.#status
  }

  merge(status: object): void {
    this.#status = { ...this.#status, ...status }
  }

  set(conditions: readonly ConditionDraft[]): void {
    const at = { time: formatTime(this.#options.clock.now()), generation: this.#generation }
    for (const condition of conditions) {
      this.#touched.add(condition.type)
      this.#status = withCondition(this.#status, condition, at)
    }
  }

  clear(types: readonly string[]): void {
    for (const type of types) this.#touched.add(type)
    this.#status = withoutConditions(this.#status, types)
  }

  /** Marks the object's generation as dealt with. */
  observe(): void {
    this.merge({ observedGeneration: this.#generation })
  }

  /** Writes what differs; nothing when nothing does. An object that went meanwhile is no error. */
  async store(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const patch = patchOf((this.#object['status'] as object | undefined) ?? {}, this.#status)
      if (!patch) return
      try {
        await this.#send(patch)
        return
      } catch (error) {
        if (isCode(error, 'KUBE_NOT_FOUND')) return
        if (!isCode(error, 'KUBE_CONFLICT') || attempt >= 5) throw error
        await this.#rebase(patch)
      }
    }
  }

  async #send(status: Record<string, unknown>): Promise<void> {
    const { cluster, manager, stored } = this.#options
    const options: PatchOptions = { manager, subresource: 'status' }
    const body = { metadata: { resourceVersion: this.#object.metadata.resourceVersion }, status }
    const { object } = await cluster.patch(refOf(this.#object), 'merge', body, options)
    this.#object = object
    stored(object)
  }

  // Somebody else wrote in between: keep what is theirs, and put ours on top of it.
  async #rebase(patch: Record<string, unknown>): Promise<void> {
    this.#object = await this.#options.cluster.get(refOf(this.#object))
    const theirs = (this.#object['status'] ?? {}) as S
    const ours = this.#status
    const conditions = [
      ...(theirs.conditions ?? []).filter(({ type }) => !this.#touched.has(type)),
      ...(ours.conditions ?? []).filter(({ type }) => this.#touched.has(type)),
    ]
    const merged = Object.fromEntries(
      Object.keys(patch).map((key) => [key, (ours as Record<string, unknown>)[key]]),
    )
    this.#status = { ...theirs, ...merged, conditions }
  }
}
