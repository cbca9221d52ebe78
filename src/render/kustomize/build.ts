import { type FileTree, isObject, joinPath, limits, parseYamlAll, SluiceError, tooLarge } from '#base'
import { builtinConfig, mergeConfig, parseConfig, type TransformerConfig } from './config.ts'
import { absorb, generate } from './generate.ts'
import { type KustomizationFile, kustomizationNames, parseKustomization } from './kustomization.ts'
import { loadResources } from './load.ts'
import { hashNames } from './names.ts'
import { legacyOrder } from './order.ts'
import { writeBuildMetadata } from './origin.ts'
import type { PatchText } from './patch.ts'
import { generateWith, transformWith } from './plugins.ts'
import { updateReferences } from './references.ts'
import { refuseRemote } from './remote.ts'
import { metadataOf, type Resource } from './resource.ts'
import { ResourceList } from './resource-list.ts'
import { transform } from './transform.ts'
import { addVariables, resolveVariables, type Variable } from './variables.ts'

/** More folders than any real build enters; bases that double with every layer end here. */
const maxFolders = 5000

/** The objects of a layer, and what the layers above must know of it. */
interface Layer {
  readonly list: ResourceList
  config: TransformerConfig
  readonly variables: Variable[]
}

/** A folder being built, and the folders that led to it. */
interface Folder {
  readonly tree: FileTree
  readonly path: string
  readonly visited: readonly string[]
  /** Folders that the whole build may still enter. */
  readonly budget: { folders: number }
}

/** Which order the result has: the one of the files (Flux), or the one of `kustomize build` unless sortOptions say. */
export type BuildOrder = 'source' | 'legacy'

/** Builds one folder as the root of a build. */
export function build(
  tree: FileTree,
  path: string,
  { root, order }: { root: KustomizationFile; order: BuildOrder },
): Resource[] {
  const layer = emptyLayer()
  const folder = { tree, path, visited: [path], budget: { folders: maxFolders } }
  buildInto(layer, folder, root)
  const { list } = layer
  hashNames(list)
  updateReferences(list, layer.config.nameReference)
  resolveVariables(list, layer.variables, layer.config.varReference)
  list.keep(({ object }) => !isLocal(object))
  sortResources(list, root, order)
  writeBuildMetadata(list.all, root.buildMetadata, path)
  return [...list.all]
}

/** The kustomization file of a folder: its path, or undefined. Throws `KUSTOMIZATION_INVALID` when there are several. */
export function kustomizationPathIn(tree: FileTree, folder: string): string | undefined {
  const found = kustomizationNames
    .map((name) => joinPath(folder, name) ?? name)
    .filter((path) => tree.file(path) !== undefined)
  if (found.length > 1)
    throw new SluiceError(
      'KUSTOMIZATION_INVALID',
      `Found multiple kustomization files under: ${folder}: ${found.join(', ')}`,
    )
  return found[0]
}

/** Reads the kustomization of a folder. Throws `KUSTOMIZATION_MISSING`. */
export function readKustomization(tree: FileTree, folder: string): KustomizationFile {
  const path = kustomizationPathIn(tree, folder)
  if (path === undefined)
    throw new SluiceError(
      'KUSTOMIZATION_MISSING',
      `unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '${folder}'`,
    )
  return parseKustomization(tree.text(path), path)
}

function emptyLayer(): Layer {
  return { list: new ResourceList(), config: builtinConfig, variables: [] }
}

function buildInto(layer: Layer, folder: Folder, kustomization: KustomizationFile): void {
  const file = kustomizationPathIn(folder.tree, folder.path) ?? `${folder.path}/kustomization.yaml`
  refuseValidators(kustomization, file)
  for (const entry of kustomization.resources) accumulate(layer, folder, entry)
  for (const entry of kustomization.configurations)
    layer.config = mergeConfig(layer.config, parseConfig(readText(folder, entry), resolve(folder, entry)))
  const read = (path: string): Uint8Array => readBytes(folder, path)
  const context = { file, read, generatorOptions: kustomization.generatorOptions }
  for (const entry of kustomization.configMapGenerator)
    absorb(layer.list, generate('ConfigMap', entry, context))
  for (const entry of kustomization.secretGenerator) absorb(layer.list, generate('Secret', entry, context))
  for (const plugin of pluginsOf(folder, kustomization.generators)) generateWith(layer.list, plugin, context)
  for (const entry of kustomization.components) buildComponent(layer, folder, entry)
  const texts = {
    file,
    readText: (path: string): PatchText => ({ text: readText(folder, path), from: resolve(folder, path) }),
    readTextOrInline: (entry: string): PatchText => textOrInline(folder, entry, file),
  }
  transform(layer.list, kustomization, layer.config, texts)
  for (const plugin of pluginsOf(folder, kustomization.transformers))
    transformWith(layer.list, plugin, layer.config, texts)
  addVariables(layer.variables, kustomization.vars, file)
}

function accumulate(layer: Layer, folder: Folder, entry: string): void {
  const doing = `accumulating resources from '${entry}'`
  refuseRemote(entry, folder.path)
  const path = joinPath(folder.path, entry)
  if (path === undefined) throw failedOn(doing, outside(entry))
  if (folder.tree.file(path)) return accumulateFile(layer, folder.tree, path, entry)
  if (!folder.tree.isDirectory(path)) throw failedOn(doing, missing(path))
  try {
    const inner = emptyLayer()
    const next = enter(folder, path)
    buildInto(inner, next, readLayer(next, 'Kustomization'))
    mergeLayer(layer, inner)
  } catch (error) {
    throw within(`accumulating resources: recursed accumulation of path '${path}'`, error)
  }
}

function accumulateFile(layer: Layer, tree: FileTree, path: string, entry: string): void {
  let doing = `accumulating resources from '${entry}'`
  try {
    const resources = loadResources(tree, path)
    doing = `merging resources from '${entry}'`
    for (const resource of resources) layer.list.append(resource)
  } catch (error) {
    throw failedOn(doing, error)
  }
}

// A component acts on what its parent has gathered so far, instead of on objects of its own.
function buildComponent(layer: Layer, folder: Folder, entry: string): void {
  refuseRemote(entry, folder.path)
  const path = joinPath(folder.path, entry)
  try {
    if (path === undefined) throw outside(entry)
    if (!folder.tree.isDirectory(path)) throw missing(path)
    const next = enter(folder, path)
    buildInto(layer, next, readLayer(next, 'Component'))
  } catch (error) {
    throw within(`accumulating components: recursed accumulation of path '${entry}'`, error)
  }
}

function readLayer({ tree, path }: Folder, kind: KustomizationFile['kind']): KustomizationFile {
  const kustomization = readKustomization(tree, path)
  if (kustomization.kind === kind) return kustomization
  const wanted = kind === 'Component' ? "expected kind 'Component'" : "expected kind != 'Component'"
  throw new SluiceError(
    'KUSTOMIZATION_INVALID',
    `${wanted} for path '${path}' but got '${kustomization.kind}'`,
  )
}

function enter({ tree, visited, budget }: Folder, path: string): Folder {
  const above = visited.find((one) => one === path || path === '.' || one.startsWith(`${path}/`))
  if (above !== undefined)
    throw new SluiceError(
      'KUSTOMIZE_CYCLE',
      `cycle detected: candidate root '${path}' contains visited root '${above}' (${[...visited, path].join(' -> ')})`,
    )
  if (visited.length >= limits.pathDepth)
    throw tooLarge(
      path,
      `more than ${limits.pathDepth} bases on top of each other`,
      `at most ${limits.pathDepth}`,
    )
  if (--budget.folders < 0)
    throw tooLarge(path, `more than ${maxFolders} bases in one build`, `at most ${maxFolders}`)
  return { tree, path, visited: [...visited, path], budget }
}

function mergeLayer(layer: Layer, inner: Layer): void {
  for (const resource of inner.list.all) layer.list.append(resource)
  layer.config = mergeConfig(layer.config, inner.config)
  layer.variables.push(...inner.variables)
}

/** The objects that configure generators or transformers: files, folders or inline YAML. */
function pluginsOf(folder: Folder, entries: readonly string[]): readonly Resource[] {
  const layer = emptyLayer()
  for (const entry of entries) {
    if (!isInline(entry)) accumulate(layer, folder, entry)
    else
      for (const object of parseYamlAll(entry, { file: folder.path, dialect: 'kustomize' }))
        if (isObject(object)) layer.list.append({ ...emptyPlugin(folder.path), object })
  }
  return layer.list.all
}

function emptyPlugin(file: string): Resource {
  return {
    object: {},
    file,
    previous: [],
    prefixes: [],
    suffixes: [],
    needsHash: false,
    behavior: 'create',
    origin: {},
  }
}

function isInline(entry: string): boolean {
  return entry.includes('\n') || /^\s*\{/.test(entry)
}

function textOrInline(folder: Folder, entry: string, file: string): PatchText {
  const path = joinPath(folder.path, entry)
  if (path !== undefined && folder.tree.file(path)) return { text: folder.tree.text(path), from: path }
  if (isInline(entry)) return { text: entry, from: file }
  return { text: readText(folder, entry), from: resolve(folder, entry) }
}

function resolve({ path }: Folder, entry: string): string {
  const resolved = joinPath(path, entry)
  if (resolved === undefined) throw outside(entry)
  return resolved
}

function readText(folder: Folder, entry: string): string {
  return new TextDecoder().decode(readBytes(folder, entry))
}

function readBytes(folder: Folder, entry: string): Uint8Array {
  refuseRemote(entry, folder.path)
  const path = resolve(folder, entry)
  const file = folder.tree.file(path)
  if (!file) throw missing(path)
  return file.data
}

function outside(entry: string): SluiceError {
  return new SluiceError(
    'BUILD_PATH_OUTSIDE',
    `path '${entry}' is not in or below the root of the tree; nothing outside can be read`,
  )
}

function missing(path: string): SluiceError {
  return new SluiceError('BUILD_FILE_MISSING', `'${path}': no such file or directory`, {
    details: { file: path },
  })
}

// kustomize's users know these words.
function failedOn(doing: string, error: unknown): unknown {
  if (!(error instanceof SluiceError)) return error
  const message = `accumulating resources: accumulation err='${doing}: ${error.message}'`
  return new SluiceError(error.code, message, { cause: error, details: error.details })
}

function within(doing: string, error: unknown): unknown {
  // One sentence about a limit says enough, however deep it was reached.
  if (!(error instanceof SluiceError) || error.code === 'LIMIT_EXCEEDED') return error
  return new SluiceError(error.code, `${doing}: ${error.message}`, { cause: error, details: error.details })
}

function refuseValidators({ validators }: KustomizationFile, file: string): void {
  if (validators.length > 0)
    throw new SluiceError(
      'KUSTOMIZE_FIELD_UNSUPPORTED',
      `Cannot build ${file}: it uses validators, which sluice does not build; remove the field`,
      { details: { file, field: 'validators' } },
    )
}

function isLocal(object: Record<string, unknown>): boolean {
  const { annotations } = metadataOf(object)
  const local = isObject(annotations) ? annotations['config.kubernetes.io/local-config'] : undefined
  return local !== undefined && local !== 'false'
}

function sortResources(list: ResourceList, { sortOptions }: KustomizationFile, order: BuildOrder): void {
  const wanted = sortOptions ? (sortOptions.order ?? 'legacy') : order
  if (wanted === 'fifo' || wanted === 'source') return
  if (wanted !== 'legacy')
    throw new SluiceError(
      'KUSTOMIZATION_INVALID',
      `sortOptions.order must be legacy or fifo, found ${JSON.stringify(wanted)}`,
    )
  const { orderFirst, orderLast } = sortOptions?.legacySortOptions ?? {}
  list.sort(legacyOrder(orderFirst, orderLast))
}
