import type { KubeObject } from '#api'
import type { SluiceError } from '#base'
import type { EventFact } from './events.ts'
import type { CommonStatus, ConditionDraft } from './status.ts'

/** What is now true of an object: a reconciler yields facts, the shell stores and tells them. */
export interface Fact<S extends CommonStatus> {
  /** Merged into the status. A field set to undefined is removed. */
  status?: { [K in keyof S]?: S[K] | undefined }
  conditions?: readonly ConditionDraft[]
  /** Condition types that no longer hold. */
  clear?: readonly string[]
  event?: EventFact
  /** What is being done, shown as the Reconciling condition as soon as anything is written, and after a failure. */
  progress?: string
  /** Stored before the next step, because losing it would lose what was done. */
  durable?: boolean
  /** A wait that takes no worker; one that lasts is shown as the progress. Rejects with `HEALTH_CHECK_CANCELED` when the object changes meanwhile. */
  wait?: (signal: AbortSignal) => Promise<void>
}

/** A reconcile that succeeded: what Ready says, and when to look again. */
export interface Outcome {
  reason: string
  message: string
  /** Milliseconds until the next reconcile, before jitter; undefined when only a change brings one. */
  after?: number
}

/** A reconcile that failed, in the words of the object's kind. */
export interface Failure {
  reason: string
  message: string
  /** `backoff` grows from try to try, `never` waits for a change, a number is milliseconds. */
  retry: 'backoff' | 'never' | number
  /** Told instead of a Warning with reason and message; null tells nothing. */
  event?: EventFact | null
  conditions?: readonly ConditionDraft[]
  /** False leaves the Reconciling condition out although it will be tried again. */
  reconciling?: boolean
  annotations?: Readonly<Record<string, string>>
  /** Not even stored: nothing is wrong, it is only too early. */
  quiet?: boolean
}

/** Everything the shell must know of a kind. The reconciler itself touches no condition, finalizer, event or timer. */
export interface Definition<O extends KubeObject, S extends CommonStatus> {
  apiVersion: string
  kind: string
  /** Field manager of status and finalizers. */
  manager: string
  /** Reporting controller of events. */
  controller: string
  /** Ready's message while under way; what is being done when absent. */
  underway?: string
  reconcile(object: O, signal: AbortSignal): AsyncGenerator<Fact<S>, Outcome, void>
  /** What to do before the object may go; the events it yields are told. */
  finalize(object: O): Promise<readonly EventFact[]>
  failureOf(error: SluiceError, object: O): Failure
}
