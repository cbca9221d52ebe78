import type { ObjectSelector } from '#api'
import { type FileTree, isCode, joinPath, messageOf, SluiceError } from '#base'
import { kustomizationPathIn } from './build.ts'
import { type KustomizationFile, kustomizationNames } from './kustomization.ts'
import { parseObjects } from './load.ts'

/** What a Flux Kustomization adds to the root kustomization before building. */
export interface Overlay {
  targetNamespace?: string
  namePrefix?: string
  nameSuffix?: string
  patches?: { patch: string; target?: ObjectSelector }[]
  images?: { name: string; newName?: string; newTag?: string; digest?: string }[]
  components?: string[]
  ignoreMissingComponents?: boolean
  buildMetadata?: string[]
}

/** The root kustomization with an overlay on top, as Flux merges them. */
export function withOverlay(
  root: KustomizationFile,
  overlay: Overlay,
  hasFolder: (path: string) => boolean,
): KustomizationFile {
  const { targetNamespace, namePrefix, nameSuffix, patches = [], images = [], buildMetadata } = overlay
  const components = (overlay.components ?? []).filter(
    (path) => !overlay.ignoreMissingComponents || hasFolder(path),
  )
  return {
    ...root,
    ...(targetNamespace ? { namespace: targetNamespace } : {}),
    ...(namePrefix ? { namePrefix } : {}),
    ...(nameSuffix ? { nameSuffix } : {}),
    patches: [...root.patches, ...patches],
    components: [...root.components, ...components.filter((path) => !root.components.includes(path))],
    images: images.reduce(withImage, root.images),
    ...(buildMetadata ? { buildMetadata } : {}),
  }
}

type Image = KustomizationFile['images'][number]

// A new name stands on its own; tag and digest are one thing and replace both.
function withImage(images: readonly Image[], image: Image): Image[] {
  const at = images.findIndex(({ name }) => name === image.name)
  const old = images[at]
  if (!old) return [...images, image]
  const next: Image = { ...old, ...(image.newName ? { newName: image.newName } : {}) }
  if (image.newTag || image.digest) {
    delete next.newTag
    delete next.digest
    if (image.newTag) next.newTag = image.newTag
    if (image.digest) next.digest = image.digest
  }
  return images.map((other, index) => (index === at ? next : other))
}

/**
 * The kustomization of a folder that has none: every YAML file below, and folders with a kustomization of their own as
 * folders. Throws `BUILD_OBJECT_INVALID` for a file that holds no objects.
 */
export function generateKustomization(tree: FileTree, folder: string): KustomizationFile {
  const resources = [...yamlBelow(tree, folder)]
  return {
    kind: 'Kustomization',
    resources,
    components: [],
    configurations: [],
    generators: [],
    transformers: [],
    validators: [],
    labels: [],
    images: [],
    replicas: [],
    patches: [],
    patchesStrategicMerge: [],
    patchesJson6902: [],
    replacements: [],
    vars: [],
    configMapGenerator: [],
    secretGenerator: [],
    buildMetadata: [],
  }
}

function* yamlBelow(tree: FileTree, folder: string): Generator<string> {
  const below = folder === '.' ? '' : `${folder}/`
  const built = new Set(
    [...tree.files.keys()]
      .filter((path) => path.startsWith(below))
      .flatMap((path) => {
        const slash = path.lastIndexOf('/')
        const parent = slash < 0 ? '.' : path.slice(0, slash)
        return parent !== folder && kustomizationNames.includes(path.slice(slash + 1)) ? [parent] : []
      }),
  )
  const entries = new Set<string>()
  for (const path of tree.files.keys()) {
    if (!path.startsWith(below)) continue
    const own = nearestBuilt(path, folder, built)
    if (own !== undefined) entries.add(own)
    else if (/\.ya?ml$/.test(path)) entries.add(path)
  }
  for (const path of [...entries].sort(asWalked)) {
    if (!built.has(path)) checkFile(tree, path)
    yield `./${path.slice(below.length)}`
  }
}

// The outermost folder with a kustomization counts: what is below it is its own business.
function nearestBuilt(path: string, folder: string, built: ReadonlySet<string>): string | undefined {
  const start = folder === '.' ? 0 : folder.length + 1
  for (let slash = path.indexOf('/', start); slash >= 0; slash = path.indexOf('/', slash + 1))
    if (built.has(path.slice(0, slash))) return path.slice(0, slash)
  return undefined
}

// Folders are walked name by name, so `a/z` comes before `a.yaml`.
function asWalked(a: string, b: string): number {
  const [one, two] = [a.split('/'), b.split('/')]
  for (let at = 0; ; at++) {
    const [left, right] = [one[at], two[at]]
    if (left === undefined || right === undefined) return one.length - two.length
    if (left !== right) return left < right ? -1 : 1
  }
}

function checkFile(tree: FileTree, path: string): void {
  try {
    parseObjects(tree.text(path), path)
  } catch (error) {
    if (!isCode(error, 'YAML_INVALID')) throw error
    throw new SluiceError(
      'BUILD_OBJECT_INVALID',
      `failed to decode Kubernetes YAML from ${path}: ${messageOf(error)}`,
      { cause: error, details: error.details },
    )
  }
}

/** Whether a folder has a kustomization file of its own. */
export function hasKustomization(tree: FileTree, folder: string): boolean {
  return kustomizationPathIn(tree, folder) !== undefined
}

/** Whether `path`, seen from `folder`, is a folder of the tree. */
export function hasFolder(tree: FileTree, folder: string, path: string): boolean {
  const resolved = joinPath(folder, path)
  return resolved !== undefined && tree.isDirectory(resolved)
}
