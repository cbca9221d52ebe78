import type { Artifact, KubeObject, Kustomization } from '#api'
import { canonicalJson, type FileTree, joinPath, messageOf, SluiceError } from '#base'
import type { buildKustomization } from '#render'

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
    const {
      targetNamespace,
      namePrefix,
      nameSuffix,
      patches,
      images,
      components,
      ignoreMissingComponents,
      buildMetadata,
    } = spec
    const overlay = {
      targetNamespace,
      namePrefix,
      nameSuffix,
      patches,
      images,
      components,
      ignoreMissingComponents,
      buildMetadata,
    }
    const path = pathIn(tree, spec.path ?? './')
    const key = canonicalJson([artifact.digest, path, overlay])
    const known = builds.get(key)
    if (known) return known
    const objects = renderOrThrow(() => render(tree, path, { overlay: definedOnly(overlay) }))
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

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

function definedOnly<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Defined<T>
}
