import type { Artifact, KubeObject, Kustomization, KustomizationSpec } from '#api'
import { canonicalJson, type FileTree, joinPath, messageOf, SluiceError } from '#base'
import type { buildKustomization, Overlay } from '#render'

const overlayFields: ReadonlySet<string> = new Set<keyof Overlay>([
  'targetNamespace',
  'namePrefix',
  'nameSuffix',
  'patches',
  'images',
  'components',
  'ignoreMissingComponents',
  'buildMetadata',
])

// Some thousand objects; what is dropped is built again.
const keptBuilds = 512

/**
 * A builder that remembers: the same artifact, path and spec give the objects of the last time without rendering. Throws
 * `ARTIFACT_UNAVAILABLE` when the path is not in the artifact and `BUILD_FAILED` with the renderer's words.
 */
export function createBuilder(
  render: typeof buildKustomization,
): (object: Kustomization, artifact: Artifact, tree: FileTree) => KubeObject[] {
  const builds = new Map<string, KubeObject[]>()
  return ({ spec }, artifact, tree) => {
    const overlay = overlayOf(spec)
    const path = pathIn(tree, spec.path ?? './')
    const key = canonicalJson([artifact.digest, path, overlay])
    const known = builds.get(key)
    if (known) return known
    const objects = renderOrThrow(() => render(tree, path, { overlay }))
    builds.set(key, objects)
    if (builds.size > keptBuilds) builds.delete(builds.keys().next().value ?? '')
    return objects
  }
}

function pathIn(tree: FileTree, path: string): string {
  // Flux joins the path below the artifact's root, so `/deploy` and `../deploy` both mean deploy.
  const clean = joinPath('.', path.replace(/^\/+/, '').replace(/^(\.\.\/)+/, ''))
  if (clean !== undefined && tree.isDirectory(clean)) return clean
  throw new SluiceError(
    'ARTIFACT_UNAVAILABLE',
    `kustomization path not found: stat ${path}: no such file or directory`,
  )
}

function renderOrThrow(render: () => KubeObject[]): KubeObject[] {
  try {
    return render()
  } catch (error) {
    throw new SluiceError('BUILD_FAILED', messageOf(error), { cause: error })
  }
}

// The fields of a Kustomization that are merged into the root kustomization file.
function overlayOf(spec: KustomizationSpec): Overlay {
  const fields = Object.entries(spec).filter(
    ([field, value]) => overlayFields.has(field) && value !== undefined,
  )
  return Object.fromEntries(fields)
}
