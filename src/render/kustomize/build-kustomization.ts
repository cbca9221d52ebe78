import type { KubeObject } from '#api'
import { type FileTree, joinPath, SluiceError } from '#base'
import { type BuildOrder, build, readKustomization } from './build.ts'
import { generateKustomization, hasFolder, hasKustomization, type Overlay, withOverlay } from './overlay.ts'

export interface BuildOptions {
  /** What the Flux Kustomization adds to the root kustomization. */
  overlay?: Overlay
  /** Whether a folder without kustomization file gets one (the default, as Flux does), or is an error. */
  generate?: boolean
  /** The order of the files (the default, as Flux builds), or the order that `kustomize build` prints. */
  order?: BuildOrder
}

/**
 * Builds a folder of a tree. A folder without kustomization file gets one as Flux makes it: every YAML file below,
 * folders with a kustomization as folders; nothing found is an empty result. Throws `KUSTOMIZATION_…`, `KUSTOMIZE_…`,
 * `BUILD_…` and `YAML_INVALID`, naming the file.
 */
export function buildKustomization(tree: FileTree, folder: string, options: BuildOptions = {}): KubeObject[] {
  const path = joinPath('.', folder)
  if (path === undefined || !tree.isDirectory(path))
    throw new SluiceError('BUILD_FILE_MISSING', `Cannot build ${folder}: there is no such folder in the tree`)
  const { overlay = {}, generate = true, order = 'source' } = options
  const isGenerated = generate && !hasKustomization(tree, path)
  const own = isGenerated ? generateKustomization(tree, path) : readKustomization(tree, path)
  const root = withOverlay(own, overlay, (component) => hasFolder(tree, path, component))
  return build(tree, path, { root, order }).map(({ object }) => object as KubeObject)
}
