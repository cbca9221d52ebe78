export type { Artifact, LocalReference } from './artifact.ts'
export { crds } from './crds/index.ts'
export type {
  Inventory,
  InventoryEntry,
  Kustomization,
  KustomizationSpec,
  KustomizationStatus,
  ObjectSelector,
  ReconcileSnapshot,
} from './kustomization.ts'
export {
  kustomizeGroup,
  kustomizeVersion,
  originRevision,
  originSource,
  requestedAt,
  sourceVersion,
} from './names.ts'
export type {
  Condition,
  KubeObject,
  ManagedFieldsEntry,
  ObjectMeta,
  OwnerReference,
  Status,
} from './object.ts'
export { formatObject, groupOf, versionOf } from './object.ts'
export type {
  LayerSelector,
  OCIRepository,
  OCIRepositorySpec,
  OCIRepositoryStatus,
} from './oci-repository.ts'
export type { CustomResourceDefinition, Schema } from './schema.ts'
