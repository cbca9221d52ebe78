export { type BuildOptions, buildKustomization } from './kustomize/build-kustomization.ts'
export { formatBuild } from './kustomize/format.ts'
export type { Overlay } from './kustomize/overlay.ts'
