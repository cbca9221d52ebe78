import type { ReconcileSnapshot } from '#api'
import { equal } from '#base'

const kept = 5

/** The history after one more outcome: an equal one (same digest and status) is updated and moves to the front. */
export function addToHistory(
  history: readonly ReconcileSnapshot[],
  outcome: Pick<
    ReconcileSnapshot,
    'digest' | 'lastReconciled' | 'lastReconciledDuration' | 'lastReconciledStatus'
  > & { metadata: Record<string, string> },
): ReconcileSnapshot[] {
  const same = history.find(
    ({ digest, lastReconciledStatus }) =>
      digest === outcome.digest && lastReconciledStatus === outcome.lastReconciledStatus,
  )
  const snapshot: ReconcileSnapshot = {
    ...outcome,
    firstReconciled: same?.firstReconciled ?? outcome.lastReconciled,
    totalReconciliations: (same?.totalReconciliations ?? 0) + 1,
  }
  return [snapshot, ...history.filter((entry) => !equal(entry, same))].slice(0, kept)
}
