import type { Artifact, LocalReference } from './artifact.ts'
import type { Condition, KubeObject } from './object.ts'

/** source.toolkit.fluxcd.io/v1 OCIRepository. */
export interface OCIRepository extends KubeObject {
  kind: 'OCIRepository'
  spec: OCIRepositorySpec
  status?: OCIRepositoryStatus
}

export interface OCIRepositorySpec {
  url: string
  interval: string
  ref?: { digest?: string; semver?: string; semverFilter?: string; tag?: string }
  layerSelector?: LayerSelector
  provider?: 'generic' | 'aws' | 'azure' | 'gcp'
  secretRef?: LocalReference
  serviceAccountName?: string
  certSecretRef?: LocalReference
  proxySecretRef?: LocalReference
  verify?: {
    provider: 'cosign' | 'notation'
    secretRef?: LocalReference
    matchOIDCIdentity?: { issuer: string; subject: string }[]
    trustedRootSecretRef?: LocalReference
  }
  timeout?: string
  ignore?: string
  insecure?: boolean
  suspend?: boolean
}

export interface LayerSelector {
  mediaType?: string
  operation?: 'extract' | 'copy'
}

export interface OCIRepositoryStatus {
  observedGeneration?: number
  conditions?: Condition[]
  url?: string
  artifact?: Artifact
  observedIgnore?: string
  observedLayerSelector?: LayerSelector
  lastHandledReconcileAt?: string
}
