import { type KubeObject, requestedAt } from '#api'
import { type Clock, formatDuration, isCode, type Log, messageOf, SluiceError } from '#base'
import { type Cluster, refOf } from '#kube'
import { StatusDraft } from './draft.ts'
import type { EventRecorder } from './events.ts'
import type { Definition, Fact, Failure, Outcome } from './fact.ts'
import { type Informer, keyOf } from './informer.ts'
import type { CommonStatus } from './status.ts'

/** Flux's finalizer, the same on every kind. */
export const finalizer = 'finalizers.fluxcd.io'

/** What the shell works with, besides the definition of the kind. */
export interface ShellOptions<O extends KubeObject> {
  cluster: Cluster
  informer: Informer<O>
  events: EventRecorder
  clock: Clock
  log: Log
}

/** What the queue does next: `after` on success, `retry` on failure, neither when only a change brings more work. */
export interface Result {
  after?: number
  retry?: Failure['retry']
}

/** One turn of the shell on one object. */
export interface Turn<O extends KubeObject, S extends CommonStatus> {
  definition: Definition<O, S>
  options: ShellOptions<O>
  object: O
  /** Runs a wait without holding the worker. */
  waitFor(wait: (signal: AbortSignal) => Promise<void>): Promise<void>
  stopping: AbortSignal
}

type Run<O extends KubeObject, S extends CommonStatus> = Turn<O, S> & { draft: StatusDraft<S> }

/** Brings one object a step on: finalizes it, gives it our finalizer, or reconciles it and stores what is then true. */
export async function reconcileOnce<O extends KubeObject, S extends CommonStatus>(
  turn: Turn<O, S>,
): Promise<Result> {
  const { definition, options, object } = turn
  if (object.metadata.deletionTimestamp) return finalize(definition, object, options)
  const finalizers = object.metadata.finalizers ?? []
  const owned = finalizers.includes(finalizer)
    ? object
    : await setFinalizers(definition, object, options, [...finalizers, finalizer])
  const { cluster, clock, informer } = options
  const draft = new StatusDraft<S>(owned, {
    cluster,
    clock,
    manager: definition.manager,
    stored: (stored) => informer.put(stored as O),
  })
  if ((owned['spec'] as { suspend?: boolean }).suspend) return suspend(draft)
  return reconcile({ ...turn, object: owned, draft })
}

async function reconcile<O extends KubeObject, S extends CommonStatus>(run: Run<O, S>): Promise<Result> {
  const { definition, options, draft, object, stopping } = run
  const progress = { text: 'reconciliation in progress' }
  try {
    return await succeed(run, await drive(run, progress))
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
    return await fail(run, definition.failureOf(known(error, run), object), progress.text)
  } finally {
    await draft.store()
  }
}

async function drive<O extends KubeObject, S extends CommonStatus>(
  run: Run<O, S>,
  progress: { text: string },
): Promise<Outcome> {
  const facts = run.definition.reconcile(run.object, run.stopping)
  let step = await facts.next()
  while (!step.done) {
    await take(run, step.value, progress)
    const { wait } = step.value
    if (!wait) step = await facts.next()
    else
      step = await waitShown(run, wait, progress.text).then(
        () => facts.next(),
        (error: unknown) => facts.throw(error),
      )
  }
  return step.value
}

async function take<O extends KubeObject, S extends CommonStatus>(
  run: Run<O, S>,
  fact: Fact<S>,
  progress: { text: string },
): Promise<void> {
  const { options, draft, object } = run
  if (fact.progress !== undefined) progress.text = fact.progress
  if (fact.status) draft.merge(fact.status)
  if (fact.conditions) draft.set(fact.conditions)
  if (fact.clear) draft.clear(fact.clear)
  if (fact.event) options.events.record(object, fact.event)
  if (fact.durable) await showProgress(run, progress.text)
}

// A wait that is over at once is not worth a write.
const patience = 500

async function waitShown<O extends KubeObject, S extends CommonStatus>(
  run: Run<O, S>,
  wait: (signal: AbortSignal) => Promise<void>,
  progress: string,
): Promise<void> {
  const { clock, log } = run.options
  let shown: Promise<void> | undefined
  const cancel = clock.after(patience, () => {
    shown = showProgress(run, progress).catch((error: unknown) =>
      log.error('progress not stored', { error: messageOf(error) }),
    )
  })
  try {
    await run.waitFor(wait)
  } finally {
    cancel()
    await shown
  }
}

async function showProgress<O extends KubeObject, S extends CommonStatus>(
  { definition, draft }: Run<O, S>,
  progress: string,
): Promise<void> {
  draft.set([
    { type: 'Reconciling', status: 'True', reason: 'Progressing', message: progress },
    { type: 'Ready', status: 'Unknown', reason: 'Progressing', message: definition.underway ?? progress },
  ])
  draft.clear(['Stalled'])
  await draft.store()
}

async function succeed<O extends KubeObject, S extends CommonStatus>(
  run: Run<O, S>,
  { reason, message, after }: Outcome,
): Promise<Result> {
  const { draft, object, options, definition } = run
  draft.clear(['Reconciling', 'Stalled'])
  draft.set([{ type: 'Ready', status: 'True', reason, message }])
  draft.observe()
  markHandled(draft, object)
  const next = after === undefined ? {} : { next: formatDuration(after) }
  options.log.info('reconciled', { kind: definition.kind, key: keyOf(object.metadata), message, ...next })
  return after === undefined ? {} : { after }
}

async function fail<O extends KubeObject, S extends CommonStatus>(
  run: Run<O, S>,
  failure: Failure,
  progress: string,
): Promise<Result> {
  const { draft, object, options, definition } = run
  const { reason, message, retry, event, annotations, reconciling = true } = failure
  if (failure.quiet) return { retry }
  const terminal = retry === 'never'
  draft.clear(terminal || !reconciling ? ['Reconciling', ...(terminal ? [] : ['Stalled'])] : ['Stalled'])
  if (terminal) {
    draft.set([{ type: 'Stalled', status: 'True', reason, message }])
    draft.observe()
  } else if (reconciling) {
    draft.set([{ type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry', message: progress }])
  }
  draft.set([{ type: 'Ready', status: 'False', reason, message }, ...(failure.conditions ?? [])])
  markHandled(draft, object)
  if (event !== null)
    options.events.record(
      object,
      event ?? { type: 'Warning', reason, message, ...(annotations ? { annotations } : {}) },
    )
  options.log.error('reconcile failed', {
    kind: definition.kind,
    key: keyOf(object.metadata),
    reason,
    error: message,
  })
  return { retry }
}

function known<O extends KubeObject, S extends CommonStatus>(
  error: unknown,
  { definition, options }: Run<O, S>,
): SluiceError {
  if (error instanceof SluiceError) return error
  options.log.error('unexpected error', {
    kind: definition.kind,
    error: String(error),
    stack: error instanceof Error ? error.stack : undefined,
  })
  return new SluiceError('INTERNAL', `Cannot reconcile ${definition.kind}: ${messageOf(error)}`, {
    cause: error,
  })
}

function markHandled<S extends CommonStatus>(draft: StatusDraft<S>, object: KubeObject): void {
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
  options: ShellOptions<O>,
): Promise<Result> {
  const { finalizers = [] } = object.metadata
  if (!finalizers.includes(finalizer)) return {}
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
  const rest = finalizers.filter((name) => name !== finalizer)
  await setFinalizers(definition, object, options, rest)
  return {}
}

async function setFinalizers<O extends KubeObject, S extends CommonStatus>(
  definition: Definition<O, S>,
  object: O,
  options: ShellOptions<O>,
  finalizers: string[],
): Promise<O> {
  const body = { metadata: { resourceVersion: object.metadata.resourceVersion, finalizers } }
  try {
    const { object: written } = await options.cluster.patch(refOf(object), 'merge', body, {
      manager: definition.manager,
    })
    if (!written.metadata.deletionTimestamp) options.informer.put(written as O)
    return written as O
  } catch (error) {
    if (isCode(error, 'KUBE_NOT_FOUND')) return object
    throw error
  }
}
