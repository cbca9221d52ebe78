import { type Clock, systemClock } from '#base'

export interface QueueOptions {
  clock?: Clock
  /** Milliseconds before the first retry of a key; doubled each time. */
  minDelay?: number
  /** Longest pause between two retries. */
  maxDelay?: number
}

/**
 * The keys that want work. A key is never handed out twice at once: added while it is being worked on, it comes back when
 * that is done. Of several delayed adds of one key the earliest counts.
 */
export class WorkQueue {
  readonly #clock: Clock
  readonly #minDelay: number
  readonly #maxDelay: number
  readonly #ready: string[] = []
  readonly #dirty = new Set<string>()
  readonly #working = new Set<string>()
  readonly #later = new Map<string, { at: number; cancel: () => void }>()
  readonly #failures = new Map<string, number>()
  #onReady: () => void = () => undefined

  constructor({ clock = systemClock, minDelay = 750, maxDelay = 900_000 }: QueueOptions = {}) {
    this.#clock = clock
    this.#minDelay = minDelay
    this.#maxDelay = maxDelay
  }

  /** Keys that wait for a worker. */
  get depth(): number {
    return this.#ready.length
  }

  /** Calls `fn` whenever a key becomes ready. */
  onReady(fn: () => void): void {
    this.#onReady = fn
  }

  add(key: string): void {
    this.#cancel(key)
    if (this.#dirty.has(key)) return
    this.#dirty.add(key)
    if (this.#working.has(key)) return
    this.#ready.push(key)
    this.#onReady()
  }

  /** Adds after `ms`, unless it is to be added sooner anyway. */
  addAfter(key: string, ms: number): void {
    if (ms <= 0) return this.add(key)
    const at = this.#clock.now() + ms
    const known = this.#later.get(key)
    if (known && known.at <= at) return
    known?.cancel()
    this.#later.set(key, { at, cancel: this.#clock.after(ms, () => this.add(key)) })
  }

  /** Adds after this key's growing pause; returns the pause in milliseconds. */
  retry(key: string): number {
    const failures = this.#failures.get(key) ?? 0
    this.#failures.set(key, failures + 1)
    const delay = Math.min(this.#maxDelay, this.#minDelay * 2 ** Math.min(failures, 40))
    this.addAfter(key, delay)
    return delay
  }

  /** Resets the key's growing pause. */
  forget(key: string): void {
    this.#failures.delete(key)
  }

  /** The next key, now being worked on; undefined when none is ready. */
  take(): string | undefined {
    const key = this.#ready.shift()
    if (key === undefined) return undefined
    this.#dirty.delete(key)
    this.#working.add(key)
    return key
  }

  /** Ends the work on a key. */
  done(key: string): void {
    this.#working.delete(key)
    if (!this.#dirty.has(key)) return
    this.#ready.push(key)
    this.#onReady()
  }

  /** Whether the key was added again while being worked on. */
  isDirty(key: string): boolean {
    return this.#dirty.has(key)
  }

  /** Forgets everything that has not been handed out. */
  clear(): void {
    for (const { cancel } of this.#later.values()) cancel()
    this.#later.clear()
    this.#ready.length = 0
    this.#dirty.clear()
  }

  #cancel(key: string): void {
    this.#later.get(key)?.cancel()
    this.#later.delete(key)
  }
}
