import type { Kustomization, KustomizationSpec } from '#api'
import { parseDuration, SluiceError } from '#base'

const shortestTimeout = 30_000

/** Milliseconds for health checks: `spec.timeout`, or the interval less half a minute; never below 30 s (as Flux). */
export function timeoutOf({ timeout, interval }: KustomizationSpec): number {
  return Math.max(
    shortestTimeout,
    timeout === undefined ? parseDuration(interval) - 30_000 : parseDuration(timeout),
  )
}

/** Milliseconds until a failed reconcile is tried again. */
export function retryIntervalOf({ retryInterval, interval }: KustomizationSpec): number {
  return parseDuration(retryInterval ?? interval)
}

// Silence about a field that changes what is applied would be a wrong delivery.
const unsupported: readonly (keyof KustomizationSpec)[] = [
  'postBuild',
  'decryption',
  'kubeConfig',
  'healthCheckExprs',
  'ignore',
]

/** Throws `FEATURE_UNSUPPORTED` for a field that this version does not carry out. */
export function checkSupported({ spec }: Kustomization): void {
  const field =
    unsupported.find((name) => spec[name] !== undefined) ??
    (spec.dependsOn?.some(({ readyExpr }) => readyExpr) ? 'dependsOn[].readyExpr' : undefined)
  if (field) {
    throw new SluiceError(
      'FEATURE_UNSUPPORTED',
      `Cannot reconcile: found spec.${field}, which this version of sluice does not carry out yet, wanted it unset`,
    )
  }
  if (spec.sourceRef.kind !== 'OCIRepository') {
    throw new SluiceError(
      'FEATURE_UNSUPPORTED',
      `Cannot reconcile: found spec.sourceRef.kind ${spec.sourceRef.kind}, which this version of sluice does not serve yet, wanted OCIRepository`,
    )
  }
}

/** The user to act as, for an object that names a service account. */
export function impersonatedUser(
  { metadata, spec }: Kustomization,
  defaultAccount: string | undefined,
): string | undefined {
  const account = spec.serviceAccountName ?? defaultAccount
  return account ? `system:serviceaccount:${metadata.namespace ?? ''}:${account}` : undefined
}
