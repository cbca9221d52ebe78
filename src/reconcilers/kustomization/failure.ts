import type { Kustomization } from '#api'
import { formatDuration, type SluiceError } from '#base'
import type { Failure } from '#runtime'
import { reasonOf, retryOf } from '../reasons.ts'
import { retryIntervalOf } from './settings.ts'

/** What a failed reconcile of a Kustomization shows, tells, and when it is tried again. */
export function failureOf(error: SluiceError, object: Kustomization, requeueDependency: number): Failure {
  const reason = reasonOf(error, 'ReconciliationFailed')
  const { message } = error
  if (error.code === 'DEPENDENCY_NOT_READY') {
    const text = `Dependencies do not meet ready condition, retrying in ${formatDuration(requeueDependency)}`
    return {
      reason,
      message,
      retry: requeueDependency,
      reconciling: false,
      event: { type: 'Normal', reason, message: text },
    }
  }
  const waiting = error.details['missing'] === true || error.details['pending'] === true
  const retry = retryOf(
    error,
    error.details['pending'] === true ? requeueDependency : retryIntervalOf(object.spec),
  )
  const unhealthy = error.code === 'HEALTH_CHECK_FAILED'
  return {
    reason,
    message,
    retry,
    ...(waiting ? { event: null, reconciling: false } : {}),
    ...(error.details['isNew'] === true ? { quiet: true } : {}),
    ...(unhealthy ? { conditions: [{ type: 'Healthy', status: 'False', reason, message }] } : {}),
  }
}
