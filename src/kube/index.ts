export type { Action, AppliedMemory, ApplyFailure, ApplyOptions, Change, ChangeSet } from './apply.ts'
export { applyAll, buildText } from './apply.ts'
export type { ClusterOptions } from './caller.ts'
export type {
  Cluster,
  KindRef,
  ObjectList,
  ObjectRef,
  PatchOptions,
  PatchType,
  WatchEvent,
  WriteOptions,
} from './cluster.ts'
export type { Connection } from './connect.ts'
export { connect } from './connect.ts'
export type { ObjectControl } from './control.ts'
export { controlOf } from './control.ts'
export type { Resource } from './discovery.ts'
export type { ClusterConfigOptions } from './disk.ts'
export { inClusterConfig, readClusterConfig } from './disk.ts'
export { find, findResource } from './find.ts'
export type { Follower, ObjectSink } from './follow.ts'
export { followKind } from './follow.ts'
export type { Seen } from './follow-objects.ts'
export { followObjects, onlyObject } from './follow-objects.ts'
export type { Health, HealthStatus } from './health.ts'
export { condition, healthOf } from './health.ts'
export { HttpCluster } from './http-cluster.ts'
export { entryOf, inventoryOf, parseEntry, staleEntries, unionOf } from './inventory.ts'
export type { ClusterConfig, KubeconfigChoice } from './kubeconfig.ts'
export { parseKubeconfig } from './kubeconfig.ts'
export type { LiveObject, LiveView } from './live.ts'
export { fingerprintOf, openLiveView, refOf } from './live.ts'
export { compareObjects, stagesOf } from './order.ts'
export type { PruneResult } from './prune.ts'
export { prune } from './prune.ts'
export { formatRef, waitHealthy } from './wait.ts'
