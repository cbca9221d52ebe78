import { clone, type FileTree, isObject, parseYamlAll, SluiceError } from '#base'
import { newResource, type Resource } from './resource.ts'

/** The objects of a YAML file of the tree; kinds that end in List are taken apart. Throws `BUILD_OBJECT_INVALID`. */
export function loadResources(tree: FileTree, path: string): Resource[] {
  return parseObjects(tree.text(path), path).map((object) => newResource(object, path))
}

/** The objects of a YAML text, each checked to be one; `file` is named in errors. */
export function parseObjects(text: string, file: string): Record<string, unknown>[] {
  const objects = parsePatches(text, file)
  for (const { apiVersion, kind } of objects)
    if (typeof apiVersion !== 'string' || apiVersion === '')
      throw invalid(file, `missing apiVersion in object ${String(kind)}`)
  return objects
}

/** The objects of a YAML text of patches, which need not say their apiVersion. */
export function parsePatches(text: string, file: string): Record<string, unknown>[] {
  return parseYamlAll(text, { file, dialect: 'kustomize' })
    .filter((document) => document !== null)
    .flatMap((document) => flatten(document, file))
    .map((object) => clone(object))
}

function flatten(document: unknown, file: string): Record<string, unknown>[] {
  if (!isObject(document)) throw invalid(file, 'missing Resource metadata')
  const { kind, items } = document
  if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items))
    return items.flatMap((item) => flatten(item, file))
  checkObject(document, file)
  return [document]
}

function checkObject(object: Record<string, unknown>, file: string): void {
  const { apiVersion, kind, metadata } = object
  if (apiVersion === undefined && kind === undefined && metadata === undefined)
    throw invalid(file, 'missing Resource metadata')
  if (typeof kind !== 'string' || kind === '') throw invalid(file, 'missing kind in object')
  if (kind.endsWith('List')) return
  const name = isObject(metadata) ? metadata['name'] : undefined
  if (metadata !== undefined && metadata !== null && !isObject(metadata))
    throw invalid(file, `metadata of ${kind} is no map`)
  if (typeof name !== 'string' || name === '') throw invalid(file, `missing metadata.name in object ${kind}`)
}

function invalid(file: string, found: string): SluiceError {
  return new SluiceError('BUILD_OBJECT_INVALID', `failed to decode Kubernetes YAML from ${file}: ${found}`, {
    details: { file },
  })
}
