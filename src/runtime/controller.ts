import type { KubeObject } from '#api'
import { type Clock, formatDuration, isCode, type Log, messageOf, SluiceError } from '#base'
import { type Cluster, refOf } from '#kube'
import { type DraftOptions, StatusDraft } from './draft.ts'
import type { EventRecorder } from './events.ts'
import type { Definition, Fact, Failure, Outcome } from './fact.ts'
import { type Informer, keyOf } from './informer.ts'
import type { Metrics } from './metrics.ts'
import { WorkQueue } from './queue.ts'
import type { CommonStatus } from './status.ts'
import { createWorkers, type Workers } from './workers.ts'

/** Flux's finalizer, the same on every kind. */
export const finalizer = 'finalizers.fluxcd.io'
const requestedAt = 'reconcile.fluxcd.io/requestedAt'

export interface ControllerOptions<O extends KubeObject> {
  cluster: Cluster
  informer: Informer<O>
  events: EventRecorder
  metrics: Metrics
  clock: Clock
  log: Log
  /** Reconciles at once; waits do not count. */
  concurrency: number
  /** Percent by which the time of the next reconcile varies. */
  jitter?: number
  minRetryDelay?: number
  maxRetryDelay?: number
  random?: () => number
}

export interface Controller {
  readonly kind: string
  /** Begins to work; keys gathered before wait until then. */
  start(): void
  /** Asks for a reconcile of an object now; a wait of its running one is cancelled. */
  trigger(key: string, why?: string): void
  /** Takes no new work, ends waits, and resolves when what runs is done. */
  stop(): Promise<void>
}

/** The shell around every reconciler: load, finalizer, suspend, status, events, metrics, requeue. */
export function createController<O extends KubeObject, S extends CommonStatus>(
  definition: Definition<O, S>,
  options: ControllerOptions<O>,
): Controller {
  const { informer, clock, log, metrics } = options
  const queue = new WorkQueue({
    clock,
    ...(options.minRetryDelay === undefined ? {} : { minDelay: options.minRetryDelay }),
    ...(options.maxRetryDelay === undefined ? {} : { maxDelay: options.maxRetryDelay }),
  })
  const stopping = new AbortController()
  const waits = new Map<string, AbortController>()
  const workers = createWorkers(queue, options.concurrency, (key, slot) => processKey(key, slot))
  const labels = { controller: definition.kind.toLowerCase() }
  metrics.gauge('workqueue_depth', { name: labels.controller }, () => queue.depth)
  metrics.gauge('controller_runtime_active_workers', labels, () => workers.active)

  const trigger = (key: string, why = key): void => {
    queue.add(key)
    waits.get(key)?.abort(new SluiceError('HEALTH_CHECK_CANCELED', `New reconciliation triggered by ${why}`))
  }
  informer.onChange((before, after) => {
    const object = after ?? before
    if (!object) return
    if (!after || !before || wantsWork(before, after))
      trigger(keyOf(object.metadata), `${definition.kind}/${keyOf(object.metadata)}`)
  })

  const processKey = async (key: string, slot: Workers): Promise<void> => {
    const object = informer.get(key)
    if (!object) {
      queue.forget(key)
      metrics.forget({
        kind: definition.kind,
        name: key.split('/').pop() ?? key,
        namespace: key.includes('/') ? (key.split('/')[0] ?? '') : '',
      })
      return
    }
    const started = clock.now()
    const result = await reconcileOne(object, slot).catch((error: unknown) => {
      log.error('reconcile not stored', { kind: definition.kind, key, error: messageOf(error) })
      return { retry: 'backoff' as const }
    })
    measure(object, clock.now() - started, result)
    requeue(key, result)
  }

  const reconcileOne = async (object: O, slot: Workers): Promise<Result> => {
    if (object.metadata.deletionTimestamp) return finalize(definition, object, options)
    const owned = object.metadata.finalizers?.includes(finalizer)
      ? object
      : await setFinalizers(definition, object, options, [...(object.metadata.finalizers ?? []), finalizer])
    const draft = new StatusDraft<S>(owned, draftOptions(definition, options))
    if ((owned['spec'] as { suspend?: boolean }).suspend) return suspend(draft)
    const key = keyOf(owned.metadata)
    const waitFor = (wait: (signal: AbortSignal) => Promise<void>): Promise<void> =>
      slot.idle(async () => {
        const cancel = new AbortController()
        waits.set(key, cancel)
        if (queue.isDirty(key))
          cancel.abort(
            new SluiceError(
              'HEALTH_CHECK_CANCELED',
              `New reconciliation triggered by ${definition.kind}/${key}`,
            ),
          )
        try {
          await wait(AbortSignal.any([cancel.signal, stopping.signal]))
        } finally {
          waits.delete(key)
        }
      })
    return runReconcile({ definition, options, draft, object: owned, waitFor, stopping: stopping.signal })
  }

  const measure = (object: O, ms: number, result: Result): void => {
    metrics.observe(
      'gotk_reconcile_duration_seconds',
      { kind: definition.kind, name: object.metadata.name, namespace: object.metadata.namespace ?? '' },
      ms / 1000,
    )
    const failed = result.retry !== undefined
    metrics.count('controller_runtime_reconcile_total', {
      ...labels,
      result: failed ? 'error' : result.after === undefined ? 'success' : 'requeue_after',
    })
    if (failed) metrics.count('controller_runtime_reconcile_errors_total', labels)
  }

  const requeue = (key: string, { retry, after }: Result): void => {
    if (stopping.signal.aborted) return
    if (retry === 'backoff') return void queue.retry(key)
    queue.forget(key)
    const { jitter = 5, random = Math.random } = options
    if (typeof retry === 'number') queue.addAfter(key, retry)
    else if (after !== undefined) queue.addAfter(key, after * (1 + ((random() * 2 - 1) * jitter) / 100))
  }

  return {
    kind: definition.kind,
    start: workers.start,
    trigger,
    async stop() {
      stopping.abort(new SluiceError('STOPPING', 'Cannot go on: the controller is stopping'))
      queue.clear()
      await workers.stop()
    },
  }
}

/** What the queue does next: `after` on success, `retry` on failure, neither when only a change brings more work. */
interface Result {
  after?: number
  retry?: Failure['retry']
}

function wantsWork(before: KubeObject, after: KubeObject): boolean {
  return (
    before.metadata.uid !== after.metadata.uid ||
    before.metadata.generation !== after.metadata.generation ||
    before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
    before.metadata.annotations?.[requestedAt] !== after.metadata.annotations?.[requestedAt]
  )
}

interface Run<O extends KubeObject, S extends CommonStatus> {
  definition: Definition<O, S>
  options: ControllerOptions<O>
  draft: StatusDraft<S>
  object: O
  waitFor(wait: (signal: AbortSignal) => Promise<void>): Promise<void>
  stopping: AbortSignal
}

async function runReconcile<O extends KubeObject, S extends CommonStatus>(run: Run<O, S>): Promise<Result> {
  const { definition, options, draft, object, stopping } = run
  const progress = { text: 'reconciliation in progress' }
  const facts = definition.reconcile(object, stopping)
  try {
    let step = await facts.next()
    while (!step.done) {
      await take(run, step.value, progress)
      const { wait } = step.value
      step = wait
        ? await run.waitFor(wait).then(
            () => facts.next(),
            (error: unknown) => facts.throw(error),
          )
        : await facts.next()
    }
    return await succeed(run, step.value)
  } catch (error) {
    // Stopping is no fact about the object: what was stored stays, and the next start goes on from there.
    if (stopping.aborted) return {}
    if (isCode(error, 'HEALTH_CHECK_CANCELED')) {
      options.events.record(object, {
        type: 'Normal',
        reason: 'HealthCheckCanceled',
        message: `Health checks canceled: ${error.message}`,
      })
      return {}
    }
    const known =
      error instanceof SluiceError
        ? error
        : new SluiceError('INTERNAL', `Cannot reconcile ${definition.kind}: ${messageOf(error)}`, {
            cause: error,
          })
    if (known.code === 'INTERNAL')
      options.log.error('unexpected error', {
        kind: definition.kind,
        error: String(error),
        stack: error instanceof Error ? error.stack : undefined,
      })
    return await fail(run, definition.failureOf(known, object), progress.text)
  } finally {
    await draft.store()
  }
}

async function take<O extends KubeObject, S extends CommonStatus>(
  run: Run<O, S>,
  fact: Fact<S>,
  progress: { text: string },
): Promise<void> {
  const { definition, options, draft, object } = run
  if (fact.progress !== undefined) progress.text = fact.progress
  if (fact.status) draft.merge(fact.status)
  if (fact.conditions) draft.set(fact.conditions)
  if (fact.clear) draft.clear(fact.clear)
  if (fact.event) options.events.record(object, fact.event)
  if (!fact.durable) return
  draft.set([
    { type: 'Reconciling', status: 'True', reason: 'Progressing', message: progress.text },
    {
      type: 'Ready',
      status: 'Unknown',
      reason: 'Progressing',
      message: definition.underway ?? progress.text,
    },
  ])
  draft.clear(['Stalled'])
  await draft.store()
}

async function succeed<O extends KubeObject, S extends CommonStatus>(
  { draft, object, options, definition }: Run<O, S>,
  outcome: Outcome,
): Promise<Result> {
  draft.clear(['Reconciling', 'Stalled'])
  draft.set([{ type: 'Ready', status: 'True', reason: outcome.reason, message: outcome.message }])
  draft.observe()
  handled(draft, object)
  options.log.info('reconciled', {
    kind: definition.kind,
    key: keyOf(object.metadata),
    message: outcome.message,
    ...(outcome.after === undefined ? {} : { next: formatDuration(outcome.after) }),
  })
  return outcome.after === undefined ? {} : { after: outcome.after }
}

async function fail<O extends KubeObject, S extends CommonStatus>(
  { draft, object, options, definition }: Run<O, S>,
  failure: Failure,
  progress: string,
): Promise<Result> {
  const { reason, message, retry, event, reconciling = true } = failure
  const terminal = retry === 'never'
  draft.clear(terminal || !reconciling ? ['Reconciling'] : ['Stalled'])
  if (terminal) {
    draft.set([{ type: 'Stalled', status: 'True', reason, message }])
    draft.observe()
  } else if (reconciling)
    draft.set([{ type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry', message: progress }])
  draft.set([{ type: 'Ready', status: 'False', reason, message }, ...(failure.conditions ?? [])])
  handled(draft, object)
  if (event !== null)
    options.events.record(
      object,
      event ?? {
        type: 'Warning',
        reason,
        message,
        ...(failure.annotations ? { annotations: failure.annotations } : {}),
      },
    )
  options.log.error('reconcile failed', {
    kind: definition.kind,
    key: keyOf(object.metadata),
    reason,
    error: message,
  })
  return { retry }
}

function handled<S extends CommonStatus>(draft: StatusDraft<S>, object: KubeObject): void {
  const token = object.metadata.annotations?.[requestedAt]
  if (token !== undefined) draft.merge({ lastHandledReconcileAt: token })
}

// A suspended object that was dealt with before is up to date with the change that suspended it.
async function suspend<S extends CommonStatus>(draft: StatusDraft<S>): Promise<Result> {
  if ((draft.status.observedGeneration ?? -1) < 0) return {}
  const ready = draft.status.conditions?.find(({ type }) => type === 'Ready')
  if (ready) draft.set([ready])
  draft.observe()
  await draft.store()
  return {}
}

async function finalize<O extends KubeObject, S extends CommonStatus>(
  definition: Definition<O, S>,
  object: O,
  options: ControllerOptions<O>,
): Promise<Result> {
  if (!object.metadata.finalizers?.includes(finalizer)) return {}
  try {
    for (const event of await definition.finalize(object)) options.events.record(object, event)
  } catch (error) {
    options.events.record(object, { type: 'Warning', reason: 'PruneFailed', message: messageOf(error) })
    options.log.error('finalizing failed', {
      kind: definition.kind,
      key: keyOf(object.metadata),
      error: messageOf(error),
    })
    return { retry: 'backoff' }
  }
  await setFinalizers(
    definition,
    object,
    options,
    object.metadata.finalizers.filter((name) => name !== finalizer),
  )
  return {}
}

async function setFinalizers<O extends KubeObject, S extends CommonStatus>(
  definition: Definition<O, S>,
  object: O,
  options: ControllerOptions<O>,
  finalizers: string[],
): Promise<O> {
  const body = { metadata: { resourceVersion: object.metadata.resourceVersion, finalizers } }
  try {
    const { object: written } = await options.cluster.patch(refOf(object), 'merge', body, {
      manager: definition.manager,
    })
    if (finalizers.length > 0) options.informer.put(written as O)
    return written as O
  } catch (error) {
    if (isCode(error, 'KUBE_NOT_FOUND')) return object
    throw error
  }
}

function draftOptions<O extends KubeObject, S extends CommonStatus>(
  definition: Definition<O, S>,
  options: ControllerOptions<O>,
): DraftOptions {
  const { cluster, clock, informer } = options
  return { cluster, clock, manager: definition.manager, stored: (object) => informer.put(object as O) }
}
