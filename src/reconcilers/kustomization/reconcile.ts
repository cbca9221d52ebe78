import { createHash } from 'node:crypto'
import {
  type Artifact,
  type Inventory,
  type KubeObject,
  type Kustomization,
  type KustomizationStatus,
  kustomizeGroup,
  originRevision,
  requestedAt,
} from '#api'
import {
  type Clock,
  equal,
  type FileTree,
  formatDuration,
  formatTime,
  parseDuration,
  SluiceError,
} from '#base'
import {
  type AppliedMemory,
  applyAll,
  buildText,
  type ChangeSet,
  type Cluster,
  formatRef,
  healthOf,
  inventoryOf,
  type LiveView,
  type ObjectRef,
  prune,
  staleEntries,
  unionOf,
  waitHealthy,
} from '#kube'
import type { EventFact, Fact, Outcome } from '#runtime'
import { checkCycles, checkDependencies } from './dependencies.ts'
import { deletedMessage, pruneError } from './finalize.ts'
import { addToHistory } from './history.ts'
import { labelled, ownerLabels, scoped } from './objects.ts'
import { checkSupported, timeoutOf } from './settings.ts'

/** What reconciling a Kustomization needs of the world. */
export interface KustomizationDeps {
  clock: Clock
  /** The cluster to apply to, already acting as the right user. */
  cluster: Cluster
  live: LiveView
  memory: AppliedMemory
  /** The artifact of the object's source; throws `ARTIFACT_UNAVAILABLE`. */
  sourceOf(object: Kustomization): Artifact
  find(key: string): Kustomization | undefined
  openTree(artifact: Artifact): Promise<FileTree>
  /** Renders the Kustomization's path of a tree; throws `BUILD_FAILED` or `ARTIFACT_UNAVAILABLE` for a missing path. */
  build(object: Kustomization, artifact: Artifact, tree: FileTree): KubeObject[]
}

type Facts = AsyncGenerator<Fact<KustomizationStatus>, Outcome, void>

/** One reconcile, from the source's artifact to healthy objects. Every step's outcome is a fact before the next begins. */
export async function* reconcileKustomization(object: Kustomization, deps: KustomizationDeps): Facts {
  const started = deps.clock.now()
  checkSupported(object)
  const artifact = deps.sourceOf(object)
  checkCycles(object, deps.find)
  checkDependencies(object, artifact.revision, deps.find)
  const run = { object, deps, artifact, annotations: eventAnnotations(artifact), started }

  yield {
    progress: progressOf('Fetching manifests for', run),
    status: { lastAttemptedRevision: artifact.revision },
  }
  const tree = await deps.openTree(artifact)
  yield { progress: progressOf('Building manifests for', run) }
  const objects = labelled(deps.build(object, artifact, tree), object)
  const digest = `sha256:${createHash('sha256').update(buildText(objects)).digest('hex')}`
  try {
    return yield* deliver(run, await scoped(objects, deps.cluster), digest)
  } catch (error) {
    if (error instanceof SluiceError && error.code !== 'HEALTH_CHECK_CANCELED')
      yield { status: { history: historyOf(run, digest, failureStatus(error)) } }
    throw error
  }
}

interface Run {
  object: Kustomization
  deps: KustomizationDeps
  artifact: Artifact
  annotations: Record<string, string>
  started: number
}

async function* deliver(run: Run, objects: KubeObject[], digest: string): Facts {
  const { object, deps, artifact, annotations } = run
  const before = object.status?.inventory
  const wanted = inventoryOf(objects)
  // Recorded first: whatever happens next, nothing that was applied can be forgotten.
  const recorded = unionOf(before, wanted)
  const progress = progressOf('Detecting drift for', run)
  yield equal(recorded, before ?? { entries: [] })
    ? { progress }
    : { progress, status: { inventory: recorded }, durable: true }

  const changes = await applyAll(deps.cluster, objects, {
    manager: 'kustomize-controller',
    controls: kustomizeGroup,
    live: deps.live,
    memory: deps.memory,
    clock: deps.clock,
    ...(object.spec.force ? { force: true } : {}),
  })
  const lines = changedLines(changes)
  if (lines !== '') yield { event: { type: 'Normal', reason: 'Progressing', message: lines, annotations } }
  if (changes.failures.length > 0) throw applyError(changes)

  const inventory = yield* pruneStale(run, wanted)
  yield* checkHealth(run, changes)
  return yield* finish(run, {
    inventory,
    digest,
    changed: lines !== '' || !equal(inventory, before),
    artifact,
  })
}

async function* pruneStale(
  { object, deps, annotations }: Run,
  wanted: Inventory,
): AsyncGenerator<Fact<KustomizationStatus>, Inventory, void> {
  const stale = staleEntries(object.status?.inventory, wanted)
  if (!object.spec.prune || stale.length === 0) return wanted
  const { deleted, failures } = await prune(deps.cluster, stale, {
    controls: kustomizeGroup,
    owner: ownerLabels(object),
  })
  const message = deletedMessage(deleted)
  if (message !== '') yield { event: { type: 'Normal', reason: 'Progressing', message, annotations } }
  if (failures.length === 0) return wanted
  yield { status: { inventory: { entries: [...wanted.entries, ...failures.map(({ entry }) => entry)] } } }
  throw pruneError(failures.map(({ error }) => error))
}

async function* checkHealth(
  run: Run,
  changes: ChangeSet,
): AsyncGenerator<Fact<KustomizationStatus>, void, void> {
  const { object, deps, artifact, annotations } = run
  const refs = healthTargets(object, changes)
  if (refs.length === 0) {
    yield { clear: ['Healthy'] }
    return
  }
  const started = deps.clock.now()
  const allCurrent = refs.every((ref) => healthOf(deps.live.get(ref)?.object).status === 'Current')
  const progress = progressOf('Running health checks for', run)
  if (!allCurrent) {
    const { cluster, live, clock } = deps
    const timeout = timeoutOf(object.spec)
    yield {
      progress,
      wait: (signal) => waitHealthy(refs, { cluster, live, clock, timeout, signal }),
    }
  }
  const known = object.status?.conditions?.find(({ type }) => type === 'Healthy')
  const isNew = known?.status !== 'True' || object.status?.lastAppliedRevision !== artifact.revision
  if (allCurrent && !isNew) return
  const message = `Health check passed in ${formatDuration(deps.clock.now() - started)}`
  yield {
    conditions: [{ type: 'Healthy', status: 'True', reason: 'Succeeded', message }],
    ...(isNew ? { event: { type: 'Normal', reason: 'Progressing', message, annotations } } : {}),
  }
}

async function* finish(
  run: Run,
  result: { inventory: Inventory; digest: string; changed: boolean; artifact: Artifact },
): Facts {
  const { object, deps, artifact, annotations, started } = run
  const after = parseDuration(object.spec.interval)
  const asked = object.metadata.annotations?.[requestedAt] !== object.status?.lastHandledReconcileAt
  const wasReady =
    object.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
  const isNew = object.status?.lastAppliedRevision !== artifact.revision
  // A look that found nothing to do leaves no trace: not a write, not an event.
  if (
    result.changed ||
    asked ||
    isNew ||
    !wasReady ||
    object.metadata.generation !== object.status?.observedGeneration
  ) {
    const message = `Reconciliation finished in ${formatDuration(deps.clock.now() - started)}, next run in ${formatDuration(after)}`
    const event: EventFact = {
      type: 'Normal',
      reason: 'ReconciliationSucceeded',
      message,
      annotations: { ...annotations, [`${kustomizeGroup}/commit_status`]: 'update' },
    }
    yield {
      event,
      status: {
        inventory: result.inventory,
        lastAppliedRevision: artifact.revision,
        lastAppliedOriginRevision: artifact.metadata?.[originRevision],
        history: historyOf(run, result.digest, 'ReconciliationSucceeded'),
      },
    }
  }
  return { reason: 'ReconciliationSucceeded', message: `Applied revision: ${artifact.revision}`, after }
}

function healthTargets({ spec, metadata }: Kustomization, { changes }: ChangeSet): ObjectRef[] {
  if (spec.wait) return changes.filter(({ action }) => action !== 'skipped').map(({ ref }) => ref)
  return (spec.healthChecks ?? []).map(({ apiVersion, kind, name, namespace = metadata.namespace }) => ({
    apiVersion: apiVersion || 'apps/v1',
    kind,
    name,
    ...(namespace ? { namespace } : {}),
  }))
}

function historyOf(
  { object, deps, artifact, started }: Run,
  digest: string,
  status: string,
): KustomizationStatus['history'] {
  const now = deps.clock.now()
  const origin = artifact.metadata?.[originRevision]
  return addToHistory(object.status?.history ?? [], {
    digest,
    lastReconciled: formatTime(now),
    lastReconciledDuration: formatDuration(now - started),
    lastReconciledStatus: status,
    metadata: { revision: artifact.revision, ...(origin ? { originRevision: origin } : {}) },
  })
}

function failureStatus(error: SluiceError): string {
  const known: Record<string, string> = {
    HEALTH_CHECK_FAILED: 'HealthCheckFailed',
    PRUNE_FAILED: 'PruneFailed',
  }
  return known[error.code] ?? 'ReconciliationFailed'
}

function changedLines({ changes }: ChangeSet): string {
  return changes
    .filter(({ action }) => action === 'created' || action === 'configured')
    .map(({ ref, action }) => `${formatRef(ref)} ${action}`)
    .join('\n')
}

function applyError(changes: ChangeSet): SluiceError {
  const lines = changedLines(changes)
  const text = changes.failures.map(({ error }) => error.message).join('\n')
  return new SluiceError('APPLY_FAILED', lines === '' ? text : `${text}\n${lines}`, { retryable: true })
}

function progressOf(what: string, { artifact, object }: Run): string {
  return `${what} revision ${artifact.revision} with a timeout of ${formatDuration(timeoutOf(object.spec))}`
}

/** The metadata that events of a Kustomization carry. */
export function eventAnnotations(artifact: Artifact): Record<string, string> {
  const origin = artifact.metadata?.[originRevision]
  return {
    [`${kustomizeGroup}/revision`]: artifact.revision,
    ...(origin ? { [`${kustomizeGroup}/originRevision`]: origin } : {}),
  }
}
