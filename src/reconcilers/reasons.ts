import type { SluiceError } from '#base'
import type { Failure } from '#runtime'

/** How the errors of a reconcile read as condition reasons; the one place where codes become reasons. */
const reasons: Readonly<Record<string, string>> = {
  SOURCE_CREDENTIALS_FAILED: 'AuthenticationFailed',
  SOURCE_URL_INVALID: 'URLInvalid',
  SOURCE_TAG_UNRESOLVED: 'ReadOperationFailed',
  SOURCE_PULL_FAILED: 'OCIArtifactPullFailed',
  SOURCE_LAYER_FAILED: 'OCIArtifactLayerOperationFailed',
  SOURCE_VERIFICATION_FAILED: 'VerificationError',
  SOURCE_STORE_FAILED: 'ArchiveOperationFailed',
  ARTIFACT_UNAVAILABLE: 'ArtifactFailed',
  DEPENDENCY_NOT_READY: 'DependencyNotReady',
  BUILD_FAILED: 'BuildFailed',
  APPLY_FAILED: 'ReconciliationFailed',
  PRUNE_FAILED: 'PruneFailed',
  HEALTH_CHECK_FAILED: 'HealthCheckFailed',
  ACCESS_DENIED: 'AccessDenied',
  FEATURE_UNSUPPORTED: 'FeatureUnsupported',
}

// Trying again changes nothing until the object does.
const terminal = new Set(['SOURCE_URL_INVALID', 'ACCESS_DENIED', 'FEATURE_UNSUPPORTED'])

/** The reason for an error; `fallback` for one that no step of the reconcile foresaw. */
export function reasonOf(error: SluiceError, fallback: string): string {
  return reasons[error.code] ?? fallback
}

/** When to try again after an error. */
export function retryOf(error: SluiceError, otherwise: Failure['retry']): Failure['retry'] {
  return terminal.has(error.code) ? 'never' : otherwise
}
