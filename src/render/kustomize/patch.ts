import type { ObjectSelector } from '#api'
import { isCode, isObject, messageOf, parseYamlAll, SluiceError } from '#base'
import { asJsonPatch, type JsonPatchOperation, jsonPatch } from './json-patch.ts'
import type { PatchEntry } from './kustomization.ts'
import { parsePatches } from './load.ts'
import { formatId, gvkOf, idOf, metadataOf, type Resource, rememberId } from './resource.ts'
import type { ResourceList } from './resource-list.ts'
import { selectorOf } from './select.ts'
import { strategicMerge } from './strategic-merge.ts'

/** Where a patch's text came from, for errors: a file, or the kustomization that holds it inline. */
export interface PatchText {
  readonly text: string
  readonly from: string
}

type Options = NonNullable<PatchEntry['options']>

/** One entry of `patches:`. Throws `BUILD_PATCH_INVALID`, `BUILD_PATCH_FAILED` and `BUILD_TARGET_MISSING`. */
export function applyPatch(
  list: ResourceList,
  { text, from }: PatchText,
  { target, options = {} }: Pick<PatchEntry, 'target' | 'options'>,
): void {
  const patch = readPatch(text, from)
  const act = (): void => {
    if ('operations' in patch) {
      if (!target) throw invalid(from, 'must specify a target for a JSON patch')
      patchByJson(list, patch.operations, target)
    } else if (target) {
      const [only, ...others] = patch.objects
      if (!only || others.length > 0)
        throw invalid(
          from,
          'Multiple Strategic-Merge Patches in one `patches` entry is not allowed to set `patches.target` field',
        )
      const selected = list.all.filter(selectorOf(target))
      for (const resource of selected) mergeInto(list, resource, addressed(only, resource), options)
    } else for (const object of patch.objects) mergeIntoNamed(list, object, from, options)
  }
  withPlace(from, act)
}

/** One entry of `patchesStrategicMerge:`: each document is for the object it names. */
export function applyStrategicMerge(list: ResourceList, { text, from }: PatchText): void {
  const objects = parsePatchObjects(text, from)
  withPlace(from, () => {
    for (const object of objects) mergeIntoNamed(list, object, from, {})
  })
}

/** One entry of `patchesJson6902:`: like `patches:`, but always a JSON patch. */
export function applyJson6902(list: ResourceList, { text, from }: PatchText, target: ObjectSelector): void {
  const operations = asJsonPatch(parseOnly(text, from))
  if (!operations) throw invalid(from, 'found no list of operations, wanted a JSON patch')
  withPlace(from, () => patchByJson(list, operations, target))
}

function patchByJson(list: ResourceList, operations: JsonPatchOperation[], target: ObjectSelector): void {
  const selects = selectorOf(target)
  for (const resource of list.all) {
    if (!selects(resource)) continue
    rememberId(resource)
    const patched = jsonPatch(resource.object, operations)
    if (!isObject(patched))
      throw new SluiceError('BUILD_PATCH_FAILED', 'Cannot apply the JSON patch: it leaves no object')
    resource.object = patched
  }
  list.changed()
}

function mergeIntoNamed(
  list: ResourceList,
  patch: Record<string, unknown>,
  from: string,
  options: Options,
): void {
  mergeInto(list, findNamed(list, idOf(patch), from), patch, options)
}

function findNamed(list: ResourceList, id: ReturnType<typeof idOf>, from: string): Resource {
  const [found, ...others] = list.matching(id)
  if (found && others.length === 0) return found
  const problem = found ? `multiple matches for Id ${formatId(id)}` : `no matches for Id ${formatId(id)}`
  throw new SluiceError(
    'BUILD_TARGET_MISSING',
    `no resource matches strategic merge patch ${JSON.stringify(formatId(id))}: ${problem}; failed to find unique target for patch ${formatId(id)} (${from})`,
    { details: { file: from } },
  )
}

function mergeInto(
  list: ResourceList,
  resource: Resource,
  patch: Record<string, unknown>,
  options: Options,
): void {
  const { allowNameChange = false, allowKindChange = false } = options
  const { name, kind } = idOf(resource.object)
  const { namespace } = metadataOf(resource.object)
  if (allowNameChange || allowKindChange) rememberId(resource)
  const merged = strategicMerge(resource.object, patch)
  if (merged === undefined || Object.keys(merged).length === 0)
    return list.keep((other) => other !== resource)
  resource.object = merged
  const metadata = metadataOf(merged)
  if (!allowKindChange) merged['kind'] = kind
  if (!allowNameChange) metadata['name'] = name
  if (namespace === undefined) delete metadata['namespace']
  else metadata['namespace'] = namespace
  list.changed()
}

// A targeted patch need not say what it is for: what it says of version and group does not count.
function addressed(patch: Record<string, unknown>, { object }: Resource): Record<string, unknown> {
  return { ...patch, apiVersion: object['apiVersion'], kind: patch['kind'] ?? gvkOf(object).kind }
}

type Patch = { operations: JsonPatchOperation[] } | { objects: Record<string, unknown>[] }

function readPatch(text: string, from: string): Patch {
  const documents = parseYamlAll(text, { file: from, dialect: 'kustomize' }).filter((d) => d !== null)
  if (documents.length === 1 && Array.isArray(documents[0])) {
    const operations = asJsonPatch(documents[0])
    if (operations) return { operations }
    throw invalid(
      from,
      'unable to parse SM or JSON patch: found a list whose items are no JSON patch operations',
    )
  }
  return { objects: parsePatchObjects(text, from) }
}

function parsePatchObjects(text: string, from: string): Record<string, unknown>[] {
  try {
    const objects = parsePatches(text, from)
    if (objects.length > 0) return objects
  } catch (error) {
    if (!isCode(error, 'BUILD_OBJECT_INVALID')) throw error
    throw invalid(from, `unable to parse SM or JSON patch: ${error.message}`)
  }
  throw invalid(from, 'unable to parse SM or JSON patch: it is empty')
}

function parseOnly(text: string, from: string): unknown {
  return parseYamlAll(text, { file: from, dialect: 'kustomize' }).find((document) => document !== null)
}

function withPlace(from: string, act: () => void): void {
  try {
    act()
  } catch (error) {
    if (!isCode(error, 'BUILD_PATCH_FAILED')) throw error
    throw new SluiceError(error.code, `${messageOf(error)} (${from})`, {
      cause: error,
      details: { file: from },
    })
  }
}

function invalid(from: string, found: string): SluiceError {
  return new SluiceError('BUILD_PATCH_INVALID', `Cannot read the patch of ${from}: ${found}`, {
    details: { file: from },
  })
}
