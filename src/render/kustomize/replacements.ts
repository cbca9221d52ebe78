import type { ObjectSelector } from '#api'
import { clone, isCode, messageOf, parseYaml, SluiceError } from '#base'
import type { Place } from './field-path.ts'
import { type ReplacementEntry, type ReplacementOptions, replacementShape } from './kustomization.ts'
import type { PatchText } from './patch.ts'
import { placesAt, scalarText } from './replacement-path.ts'
import { everyId, type Resource } from './resource.ts'
import type { ResourceList } from './resource-list.ts'
import { exactSelectorOf, idSelectorOf, selectorOf } from './select.ts'
import { checkShape } from './shape.ts'

interface ReplacementContext {
  readonly file: string
  readonly readText: (path: string) => PatchText
}

type Target = NonNullable<ReplacementEntry['targets']>[number]

/** One entry of `replacements:`, or the file of entries that it names. Throws `BUILD_REPLACEMENT_FAILED`. */
export function replaceFields(
  list: ResourceList,
  entry: ReplacementEntry,
  context: ReplacementContext,
): void {
  const { file, readText } = context
  const entries = entry.path ? readEntries(readText(entry.path)) : [entry]
  const from = entry.path ? readText(entry.path).from : file
  for (const one of entries) {
    try {
      replaceOne(list, one)
    } catch (error) {
      if (!isCode(error, 'BUILD_REPLACEMENT_FAILED')) throw error
      throw new SluiceError(error.code, `${messageOf(error)} (${from})`, {
        cause: error,
        details: { file: from },
      })
    }
  }
  list.changed()
}

function readEntries({ text, from }: PatchText): ReplacementEntry[] {
  const parsed = parseYaml(text, { file: from, dialect: 'kustomize' })
  const entries = Array.isArray(parsed) ? parsed : [parsed]
  return checkShape(entries, { list: replacementShape }, { file: from, lenient: true }) as ReplacementEntry[]
}

function replaceOne(list: ResourceList, { source, sourceValue, targets }: ReplacementEntry): void {
  if ((!source && sourceValue === undefined) || !targets)
    throw failed('replacements must specify a source and at least one target')
  const value = sourceValue ?? (source ? sourceOf(list, source) : '')
  for (const target of targets) {
    if (!target.select) throw failed('target must specify resources to select')
    const selects = targetTest(target.select, target.reject ?? [])
    for (const resource of list.all) if (selects(resource)) copyTo(resource, value, target)
  }
}

function sourceOf(list: ResourceList, source: NonNullable<ReplacementEntry['source']>): unknown {
  const found = list.all.filter(exactSelectorOf(source))
  const described = describe(source)
  if (found.length > 1) throw failed(`multiple matches for selector ${described}`)
  const [resource] = found
  if (!resource) throw failed(`nothing selected by ${described}`)
  const path = source.fieldPath || 'metadata.name'
  const [place] = placesAt(resource.object, path, false)
  const value = place?.get()
  if (value === undefined || value === null)
    throw failed(`fieldPath \`${path}\` is missing for replacement source ${described}`)
  return refine(value, source.options ?? {})
}

function refine(value: unknown, { delimiter, index = 0 }: ReplacementOptions): unknown {
  if (!delimiter) return clone(value)
  const text = scalarText(value)
  if (text === undefined) throw failed('delimiter option can only be used with scalar nodes')
  const part = text.split(delimiter)[index]
  if (part === undefined) throw failed(`options.index ${index} is out of bounds for value ${text}`)
  return part
}

function targetTest(
  select: ObjectSelector,
  reject: readonly ObjectSelector[],
): (resource: Resource) => boolean {
  const byId = idSelectorOf(select)
  const { labelSelector = '', annotationSelector = '' } = select
  const byLabels = selectorOf({ labelSelector, annotationSelector })
  const rejects = reject.map((one) => {
    const rejectsId = idSelectorOf(one)
    const rejectsLabels = selectorOf({
      labelSelector: one.labelSelector ?? '',
      annotationSelector: one.annotationSelector ?? '',
    })
    return (resource: Resource) => everyId(resource).some(rejectsId) && rejectsLabels(resource)
  })
  return (resource) =>
    byLabels(resource) && everyId(resource).some(byId) && !rejects.some((test) => test(resource))
}

function copyTo(resource: Resource, value: unknown, { fieldPaths, options = {} }: Target): void {
  for (const path of fieldPaths?.length ? fieldPaths : ['metadata.name']) {
    const places = placesAt(resource.object, path, options.create ?? false)
    if (places.length === 0)
      throw failed(
        options.create
          ? `unable to find or create field ${JSON.stringify(path)} in replacement target`
          : `unable to find field ${JSON.stringify(path)} in replacement target`,
      )
    for (const place of places) setPlace(place, value, options)
  }
}

function setPlace(place: Place, value: unknown, { delimiter, index = 0 }: ReplacementOptions): void {
  const old = place.get()
  if (!delimiter) return place.set(likeOld(old, clone(value)))
  const before = old === undefined || old === null ? '' : scalarText(old)
  const text = scalarText(value)
  if (before === undefined || text === undefined)
    throw failed('delimiter option can only be used with scalar nodes')
  const parts = before.split(delimiter)
  if (index < 0) parts.unshift(text)
  else if (index >= parts.length) parts.push(text)
  else parts[index] = text
  place.set(likeOld(old, parts.join(delimiter)))
}

// A scalar keeps the type it had: a port stays a number, a quoted number a string.
function likeOld(old: unknown, next: unknown): unknown {
  const text = scalarText(next)
  if (text === undefined || scalarText(old) === undefined) return next
  if (typeof old === 'string') return text
  const read = typeof next === 'string' ? parseYaml(text, { dialect: 'kustomize' }) : next
  const fits = typeof read === typeof old && (!Number.isInteger(old) || Number.isInteger(read))
  if (fits) return read
  throw failed(`cannot put ${JSON.stringify(text)} where a ${typeof old} is`)
}

function describe({ group, version, kind, name, namespace }: ObjectSelector): string {
  return `${kind || '[noKind]'}.${version || '[noVer]'}.${group || '[noGrp]'}/${name || '[noName]'}.${namespace || '[noNs]'}`
}

function failed(found: string): SluiceError {
  return new SluiceError('BUILD_REPLACEMENT_FAILED', `Cannot replace: ${found}`)
}
