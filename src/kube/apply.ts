import { formatObject, type KubeObject } from '#api'
import { type Clock, canonicalJson, isCode, mapBounded, messageOf, SluiceError, systemClock } from '#base'
import type { Cluster, ObjectRef } from './cluster.ts'
import { controlOf } from './control.ts'
import { find } from './find.ts'
import { fingerprintOf, type LiveView, refOf } from './live.ts'
import { adoptFields, foreignAnnotations } from './managers.ts'
import { withNearestField } from './nearest-field.ts'
import { normalize } from './normalize.ts'
import { stagesOf } from './order.ts'
import { recreate } from './recreate.ts'
import { waitHealthy } from './wait.ts'

export type Action = 'created' | 'configured' | 'unchanged' | 'skipped'

/** What an apply did to one object. */
export interface Change {
  ref: ObjectRef
  action: Action
}

/** One object that could not be applied, with the server's reason. */
export interface ApplyFailure {
  ref: ObjectRef
  error: SluiceError
}

/** The outcome of an apply; every object is in one of the two lists unless an earlier stage failed. */
export interface ChangeSet {
  changes: Change[]
  failures: ApplyFailure[]
}

/** What was applied before, by object: lets an unchanged object cost nothing. Owned by the caller, lost at a restart. */
export type AppliedMemory = Map<string, { wanted: string; fingerprint: string }>

export interface ApplyOptions {
  /** Field manager. */
  manager: string
  /** Prefix of the object controls, e.g. `kustomize.toolkit.fluxcd.io`. */
  controls: string
  live: LiveView
  memory: AppliedMemory
  /** Recreate objects whose immutable fields changed. */
  force?: boolean
  /** Objects applied at once within a stage. */
  concurrency?: number
  signal?: AbortSignal
  clock?: Clock
}

const stageTimeout = 60_000

/**
 * Applies objects server-side in stages; within a stage in parallel, every object tried. A stage with a failure ends the
 * apply, since what follows stands on it. An object whose wanted and live state are both as after its last apply is skipped
 * without a request.
 */
export async function applyAll(
  cluster: Cluster,
  objects: readonly KubeObject[],
  options: ApplyOptions,
): Promise<ChangeSet> {
  const { concurrency = 8, clock = systemClock, signal, live } = options
  const result: ChangeSet = { changes: [], failures: [] }
  for (const stage of stagesOf(objects)) {
    signal?.throwIfAborted()
    const outcomes = await mapBounded(stage.objects, concurrency, (object) =>
      tryApply(cluster, object, options),
    )
    for (const outcome of outcomes) {
      if ('error' in outcome) result.failures.push(outcome)
      else result.changes.push(outcome)
    }
    if (result.failures.length > 0) return result
    if (!stage.wait) continue
    const applied = outcomes.flatMap((outcome) =>
      'action' in outcome && outcome.action !== 'skipped' ? [outcome.ref] : [],
    )
    await waitHealthy(applied, {
      cluster,
      live,
      timeout: stageTimeout,
      failFast: false,
      clock,
      ...(signal ? { signal } : {}),
    })
  }
  return result
}

async function tryApply(
  cluster: Cluster,
  object: KubeObject,
  options: ApplyOptions,
): Promise<Change | ApplyFailure> {
  const ref = refOf(object)
  try {
    return { ref, action: await applyObject(cluster, normalize(object), options) }
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    return { ref, error: describe(error, object) }
  }
}

async function applyObject(cluster: Cluster, object: KubeObject, options: ApplyOptions): Promise<Action> {
  const { live, memory, manager } = options
  const ref = refOf(object)
  const key = `${ref.apiVersion} ${ref.kind} ${ref.namespace ?? ''}/${ref.name}`
  await live.know(ref.apiVersion, ref.kind)
  const before = live.get(ref)
  const control = controlOf(object, options.controls)
  const liveControl = before && controlOf(before.object, options.controls)
  if (control.ignore || liveControl?.ignore) return 'skipped'
  if ((control.createOnly || liveControl?.createOnly) && (before ?? (await find(cluster, ref))))
    return 'skipped'

  const wanted = fingerprintOf(object)
  const known = memory.get(key)
  if (known && before && known.wanted === wanted && known.fingerprint === before.fingerprint)
    return 'unchanged'

  const mayForce = options.force || control.force
  const write = async (): Promise<{ object: KubeObject; created: boolean }> => {
    try {
      return await cluster.patch(ref, 'apply', object, {
        manager,
        force: true,
        ...(options.signal ? { signal: options.signal } : {}),
      })
    } catch (error) {
      if (!mayForce || !isImmutable(error)) throw error
      return recreate(cluster, object, { manager, ...(options.clock ? { clock: options.clock } : {}) })
    }
  }
  const { object: first, created } = await write()
  const adopted = !created && !control.merge && (await adopt(cluster, first, manager))
  const applied = adopted ? (await write()).object : first
  const after = live.note(applied)
  memory.set(key, { wanted, fingerprint: after.fingerprint })
  if (created) return 'created'
  return before?.fingerprint === after.fingerprint ? 'unchanged' : 'configured'
}

// Takes over what kubectl and earlier client-side tools own; true when something was taken and an apply must follow.
async function adopt(cluster: Cluster, object: KubeObject, manager: string): Promise<boolean> {
  const managedFields = adoptFields(object, manager)
  const annotations = object.metadata.annotations ?? {}
  const leftovers = foreignAnnotations.filter((name) => annotations[name] !== undefined)
  if (!managedFields && leftovers.length === 0) return false
  const operations = [
    { op: 'replace', path: '/metadata/resourceVersion', value: object.metadata.resourceVersion },
    ...(managedFields ? [{ op: 'replace', path: '/metadata/managedFields', value: managedFields }] : []),
    ...leftovers.map((name) => ({
      op: 'remove',
      path: `/metadata/annotations/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    })),
  ]
  await cluster.patch(refOf(object), 'json', operations, { manager })
  return true
}

function isImmutable(error: unknown): boolean {
  return (
    isCode(error, 'KUBE_INVALID', 'KUBE_CONFLICT') || /immutable field|is immutable/.test(messageOf(error))
  )
}

// The words are Flux's, although there is no dry run here: its users' tools look for them.
function describe(error: SluiceError, object: KubeObject): SluiceError {
  const name = formatObject(object)
  const reason = error.details['reason']
  const text =
    error.code === 'KUBE_KIND_UNKNOWN'
      ? `${name} dry-run failed: ${error.message}`
      : error.code === 'KUBE_NOT_FOUND' && !object.metadata.namespace
        ? `${name} namespace not specified: ${error.message}`
        : `${name} dry-run failed${typeof reason === 'string' && reason !== '' ? ` (${reason})` : ''}: ${error.message}`
  return new SluiceError('APPLY_FAILED', withNearestField(text, object), {
    cause: error,
    retryable: error.retryable,
    details: { ...error.details, code: error.code },
  })
}

/** SHA-256-able text of the objects of a build: equal builds, equal text. */
export function buildText(objects: readonly KubeObject[]): string {
  return objects.map((object) => canonicalJson(object)).join('\n')
}
