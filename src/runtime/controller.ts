import { type KubeObject, requestedAt } from '#api'
import { messageOf, SluiceError } from '#base'
import type { Definition } from './fact.ts'
import { keyOf } from './informer.ts'
import type { Metrics } from './metrics.ts'
import { WorkQueue } from './queue.ts'
import { type Result, reconcileOnce, type ShellOptions } from './reconcile-once.ts'
import type { CommonStatus } from './status.ts'
import { createWorkers, type Workers } from './workers.ts'

export interface ControllerOptions<O extends KubeObject> extends ShellOptions<O> {
  metrics: Metrics
  /** Reconciles at once; waits do not count. */
  concurrency: number
  /** Percent by which the time of the next reconcile varies. */
  jitter?: number
  /** Milliseconds; the bounds of the pause before a retry. */
  minRetryDelay?: number
  maxRetryDelay?: number
  random?: () => number
}

/** The shell around every reconciler: which object when, on which worker, and when again. */
export class Controller<O extends KubeObject, S extends CommonStatus> {
  readonly #definition: Definition<O, S>
  readonly #options: ControllerOptions<O>
  readonly #queue: WorkQueue
  readonly #workers: Workers
  readonly #waits = new Map<string, AbortController>()
  readonly #stopping = new AbortController()

  constructor(definition: Definition<O, S>, options: ControllerOptions<O>) {
    const { clock, metrics, minRetryDelay, maxRetryDelay } = options
    this.#definition = definition
    this.#options = options
    this.#queue = new WorkQueue({
      clock,
      ...(minRetryDelay === undefined ? {} : { minDelay: minRetryDelay }),
      ...(maxRetryDelay === undefined ? {} : { maxDelay: maxRetryDelay }),
    })
    this.#workers = createWorkers(this.#queue, options.concurrency, (key) => this.#process(key))
    const name = definition.kind.toLowerCase()
    metrics.gauge('workqueue_depth', { name }, () => this.#queue.depth)
    metrics.gauge('controller_runtime_active_workers', { controller: name }, () => this.#workers.active)
    options.informer.onChange((before, after) => this.#changed(before, after))
  }

  /** Begins to work; keys gathered before wait until then. */
  start(): void {
    this.#workers.start()
  }

  /** Asks for a reconcile of an object now; a wait of its running one is cancelled. */
  trigger(key: string, why = `${this.#definition.kind}/${key}`): void {
    this.#queue.add(key)
    this.#waits.get(key)?.abort(canceled(why))
  }

  /** Takes no new work, ends waits, and resolves when what runs is done. */
  async stop(): Promise<void> {
    this.#stopping.abort(new SluiceError('STOPPING', 'Cannot go on: the controller is stopping'))
    this.#queue.clear()
    await this.#workers.stop()
  }

  #changed(before: O | undefined, after: O | undefined): void {
    const object = after ?? before
    if (object && (!after || !before || wantsWork(before, after))) this.trigger(keyOf(object.metadata))
  }

  async #process(key: string): Promise<void> {
    const { informer, clock, log } = this.#options
    const object = informer.get(key)
    if (!object) return this.#forget(key)
    const started = clock.now()
    const result = await reconcileOnce({
      definition: this.#definition,
      options: this.#options,
      object,
      waitFor: (wait) => this.#wait(key, wait),
      stopping: this.#stopping.signal,
    }).catch((error: unknown): Result => {
      log.error('reconcile not stored', { kind: this.#definition.kind, key, error: messageOf(error) })
      return { retry: 'backoff' }
    })
    this.#measure(object, clock.now() - started, result)
    if (!this.#stopping.signal.aborted) this.#requeue(key, result)
  }

  #wait(key: string, wait: (signal: AbortSignal) => Promise<void>): Promise<void> {
    return this.#workers.idle(async () => {
      const cancel = new AbortController()
      this.#waits.set(key, cancel)
      // What came while the object was being worked on cancels the wait as well.
      if (this.#queue.isDirty(key)) cancel.abort(canceled(`${this.#definition.kind}/${key}`))
      try {
        await wait(AbortSignal.any([cancel.signal, this.#stopping.signal]))
      } finally {
        this.#waits.delete(key)
      }
    })
  }

  #requeue(key: string, { retry, after }: Result): void {
    if (retry === 'backoff') {
      this.#queue.retry(key)
      return
    }
    this.#queue.forget(key)
    const { jitter = 5, random = Math.random } = this.#options
    if (typeof retry === 'number') this.#queue.addAfter(key, retry)
    else if (after !== undefined) this.#queue.addAfter(key, after * (1 + ((random() * 2 - 1) * jitter) / 100))
  }

  #measure({ metadata }: O, ms: number, { retry, after }: Result): void {
    const { metrics } = this.#options
    const { kind } = this.#definition
    const controller = kind.toLowerCase()
    metrics.observe(
      'gotk_reconcile_duration_seconds',
      { kind, name: metadata.name, namespace: metadata.namespace ?? '' },
      ms / 1000,
    )
    const result = retry !== undefined ? 'error' : after === undefined ? 'success' : 'requeue_after'
    metrics.count('controller_runtime_reconcile_total', { controller, result })
    if (retry !== undefined) metrics.count('controller_runtime_reconcile_errors_total', { controller })
  }

  #forget(key: string): void {
    this.#queue.forget(key)
    const [name = key, namespace = ''] = key.split('/').reverse()
    this.#options.metrics.forget({ kind: this.#definition.kind, name, namespace })
  }
}

function canceled(why: string): SluiceError {
  return new SluiceError('HEALTH_CHECK_CANCELED', `New reconciliation triggered by ${why}`)
}

function wantsWork(before: KubeObject, after: KubeObject): boolean {
  return (
    before.metadata.uid !== after.metadata.uid ||
    before.metadata.generation !== after.metadata.generation ||
    before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
    before.metadata.annotations?.[requestedAt] !== after.metadata.annotations?.[requestedAt]
  )
}
