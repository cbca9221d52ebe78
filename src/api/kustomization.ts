import type { LocalReference } from './artifact.ts'
import type { Condition, KubeObject } from './object.ts'

/** kustomize.toolkit.fluxcd.io/v1 Kustomization. */
export interface Kustomization extends KubeObject {
  kind: 'Kustomization'
  spec: KustomizationSpec
  status?: KustomizationStatus
}

export interface KustomizationSpec {
  interval: string
  retryInterval?: string
  timeout?: string
  sourceRef: { apiVersion?: string; kind: string; name: string; namespace?: string }
  path?: string
  prune: boolean
  deletionPolicy?: 'MirrorPrune' | 'Delete' | 'WaitForTermination' | 'Orphan'
  suspend?: boolean
  force?: boolean
  wait?: boolean
  healthChecks?: { apiVersion?: string; kind: string; name: string; namespace?: string }[]
  healthCheckExprs?: {
    apiVersion: string
    kind?: string
    current: string
    inProgress?: string
    failed?: string
  }[]
  dependsOn?: { name: string; namespace?: string; readyExpr?: string }[]
  targetNamespace?: string
  namePrefix?: string
  nameSuffix?: string
  commonMetadata?: { labels?: Record<string, string>; annotations?: Record<string, string> }
  patches?: { patch: string; target?: ObjectSelector }[]
  images?: { name: string; newName?: string; newTag?: string; digest?: string }[]
  components?: string[]
  ignoreMissingComponents?: boolean
  buildMetadata?: string[]
  postBuild?: {
    substitute?: Record<string, string>
    substituteFrom?: { kind: 'Secret' | 'ConfigMap'; name: string; optional?: boolean }[]
    substituteStrategy?: 'WithVariables' | 'Always'
  }
  decryption?: { provider: 'sops'; secretRef?: LocalReference; serviceAccountName?: string }
  serviceAccountName?: string
  kubeConfig?: { secretRef?: { name: string; key?: string }; configMapRef?: LocalReference }
  ignore?: { paths: string[]; target?: ObjectSelector }[]
}

/** Which objects a patch or an ignore rule is for; the first five are anchored regular expressions. */
export interface ObjectSelector {
  group?: string
  version?: string
  kind?: string
  name?: string
  namespace?: string
  labelSelector?: string
  annotationSelector?: string
}

export interface KustomizationStatus {
  observedGeneration?: number
  conditions?: Condition[]
  lastAppliedRevision?: string
  lastAppliedOriginRevision?: string
  lastAttemptedRevision?: string
  lastHandledReconcileAt?: string
  inventory?: Inventory
  history?: ReconcileSnapshot[]
}

/** What a Kustomization owns. */
export interface Inventory {
  entries: InventoryEntry[]
}

/** `id` is `<namespace>_<name>_<group>_<kind>`, `v` the API version. */
export interface InventoryEntry {
  id: string
  v: string
}

/** One of the last five outcomes of a Kustomization. */
export interface ReconcileSnapshot {
  /** SHA-256 of the built YAML stream. */
  digest: string
  firstReconciled: string
  lastReconciled: string
  lastReconciledDuration: string
  lastReconciledStatus: string
  totalReconciliations: number
  metadata?: Record<string, string>
}
