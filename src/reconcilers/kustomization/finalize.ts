import { type Kustomization, kustomizeGroup } from '#api'
import { type Clock, messageOf, SluiceError } from '#base'
import { type Cluster, find, formatRef, type ObjectRef, prune } from '#kube'
import type { EventFact } from '#runtime'
import { ownerLabels } from './objects.ts'
import { timeoutOf } from './settings.ts'

const pollEvery = 1000

/**
 * Deletes what a Kustomization owns, as its deletion policy says: nothing when it is suspended, orphans its objects, or
 * mirrors a disabled prune. Throws `PRUNE_FAILED` with what is left.
 */
export async function finalizeKustomization(
  object: Kustomization,
  cluster: Cluster,
  clock: Clock,
): Promise<EventFact[]> {
  const { prune: prunes, suspend, deletionPolicy = 'MirrorPrune' } = object.spec
  const entries = object.status?.inventory?.entries ?? []
  const keeps = suspend || deletionPolicy === 'Orphan' || (deletionPolicy === 'MirrorPrune' && !prunes)
  if (keeps || entries.length === 0) return []
  const { deleted, failures } = await prune(cluster, entries, {
    controls: kustomizeGroup,
    owner: ownerLabels(object),
  })
  if (failures.length > 0) throw pruneError(failures.map(({ error }) => error))
  const message = deletedMessage(deleted)
  const events: EventFact[] =
    message === '' ? [] : [{ type: 'Normal', reason: 'ReconciliationSucceeded', message }]
  if (deletionPolicy !== 'WaitForTermination') return events
  const left = await waitUntilGone(deleted, { cluster, clock, timeout: timeoutOf(object.spec) })
  if (left.length === 0) return events
  return [
    ...events,
    {
      type: 'Warning',
      reason: 'PruneFailed',
      message: `still terminating: ${left.map(formatRef).join(', ')}`,
    },
  ]
}

/** One line an object, as Flux tells it. */
export function deletedMessage(deleted: readonly ObjectRef[]): string {
  return deleted.map((ref) => `${formatRef(ref)} deleted`).join('\n')
}

/** The error for objects that could not be deleted. */
export function pruneError(errors: readonly unknown[]): SluiceError {
  return new SluiceError('PRUNE_FAILED', errors.map(messageOf).join('; '), { retryable: true })
}

async function waitUntilGone(
  refs: readonly ObjectRef[],
  options: { cluster: Cluster; clock: Clock; timeout: number },
): Promise<ObjectRef[]> {
  const { cluster, clock, timeout } = options
  const deadline = clock.now() + timeout
  let left = [...refs]
  for (;;) {
    const found = await Promise.all(left.map((ref) => find(cluster, ref)))
    left = left.filter((_, index) => found[index] !== undefined)
    if (left.length === 0 || clock.now() >= deadline) return left
    await clock.sleep(pollEvery)
  }
}
