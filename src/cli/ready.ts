import type { KubeObject } from '#api'
import { isCode, SluiceError } from '#base'
import { followObjects, formatRef, healthOf, type ObjectRef, onlyObject } from '#kube'
import { readyOf, statusOf } from './object-status.ts'
import type { Session } from './session.ts'

/** What has become of an object that is waited for. */
export type Verdict = 'waiting' | 'ready' | { failed: string }

/** Flux's rule of "ready" (contracts: cli.md §1.9): its controller has seen this generation, and kstatus calls it current. */
export function judgeReady(object: KubeObject): Verdict {
  const { generation } = object.metadata
  const { observedGeneration = 0 } = statusOf(object) as { observedGeneration?: number }
  const ready = readyOf(object)
  if (observedGeneration < 1 || !ready) return 'waiting'
  if ((ready.observedGeneration || observedGeneration) !== generation) return 'waiting'
  return judgeHealth(object)
}

/** Whether a reconcile that was asked for after `previous` has been done. */
export function judgeHandled(object: KubeObject, previous: unknown): Verdict {
  return statusOf(object)['lastHandledReconcileAt'] === previous ? 'waiting' : judgeHealth(object)
}

function judgeHealth(object: KubeObject): Verdict {
  const { status, message } = healthOf(object)
  if (status === 'Current') return 'ready'
  return status === 'InProgress' ? 'waiting' : { failed: message }
}

/**
 * Watches an object until `judge` calls it ready. Throws `NOT_READY` when it failed, when it is gone, and when the time is up:
 * then with the object's own reason where it has one.
 */
export async function waitReady(
  ref: ObjectRef,
  { cluster, signal }: Session,
  judge: (object: KubeObject) => Verdict,
): Promise<KubeObject> {
  let last: KubeObject | undefined
  try {
    for await (const { object, gone } of followObjects(cluster, onlyObject(ref), signal)) {
      if (gone) throw notReady(`${formatRef(ref)} was deleted`)
      last = object
      const verdict = judge(object)
      if (verdict === 'ready') return object
      if (verdict !== 'waiting') throw notReady(verdict.failed)
    }
  } catch (error) {
    const ready = last && readyOf(last)
    if (!isCode(error, 'TIMED_OUT') || !ready || ready.status === 'True') throw error
    throw notReady(ready.message, error)
  }
  throw notReady(`${formatRef(ref)} is no longer watched`)
}

function notReady(message: string, cause?: unknown): SluiceError {
  return new SluiceError('NOT_READY', message, { cause })
}
