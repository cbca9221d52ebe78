export type { ReadTreeOptions } from './disk.ts'
export { readTree, writeTree } from './disk.ts'
export { fetchArtifact } from './fetch-artifact.ts'
export type { IgnorePattern } from './ignore.ts'
export { defaultIgnorePaths, isIgnored, parseIgnore, sourcePatterns, withoutIgnored } from './ignore.ts'
export type { ListedArtifact, ListOptions } from './list.ts'
export { listArtifacts } from './list.ts'
export type { ArtifactMetadata } from './metadata.ts'
export { annotationNames, annotationsOf, describeArtifact } from './metadata.ts'
export type { Layer } from './pack.ts'
export { pack } from './pack.ts'
export type { PulledArtifact, PullOptions } from './pull.ts'
export { pullArtifact } from './pull.ts'
export type { PushOptions } from './push.ts'
export { pushArtifact } from './push.ts'
export { repack } from './repack.ts'
export { artifactHandler } from './store/handler.ts'
export type {
  ArtifactOwner,
  ArtifactStore,
  ArtifactStoreOptions,
  CollectOptions,
  SaveRequest,
  StoredArtifact,
} from './store/store.ts'
export { openArtifactStore } from './store/store.ts'
export { tagArtifact } from './tag.ts'
export { unpack } from './unpack.ts'
