import { SluiceError, tooLarge } from '#base'
import type { TransformerConfig } from './config.ts'
import { setImages } from './images.ts'
import type { KustomizationFile, PatchEntry } from './kustomization.ts'
import { labelFields, setPairs } from './labels.ts'
import { affixNames } from './names.ts'
import { setNamespaces } from './namespace.ts'
import { applyJson6902, applyPatch, applyStrategicMerge, type PatchText } from './patch.ts'
import { replaceFields } from './replacements.ts'
import { setReplicas } from './replicas.ts'
import type { ResourceList } from './resource-list.ts'

/** What a layer's transformers read files with. */
export interface TransformContext {
  /** The kustomization file, for errors. */
  readonly file: string
  readonly readText: (path: string) => PatchText
  /** Whether the file may be written inline instead: then it is the text itself. */
  readonly readTextOrInline: (pathOrText: string) => PatchText
}

/** Applies the fields of a kustomization to a layer's objects, in kustomize's order. */
export function transform(
  list: ResourceList,
  kustomization: KustomizationFile,
  config: TransformerConfig,
  context: TransformContext,
): void {
  refuseTooMuch(list, kustomization, context.file)
  const { namespace, namePrefix, nameSuffix, commonLabels, commonAnnotations } = kustomization
  for (const entry of kustomization.patchesStrategicMerge)
    applyStrategicMerge(list, context.readTextOrInline(entry))
  for (const entry of kustomization.patches) applyPatch(list, textOf(entry, context), entry)
  if (namespace) setNamespaces(list, namespace, config.namespace)
  if (namePrefix) affixNames(list, { prefix: namePrefix }, config.namePrefix)
  if (nameSuffix) affixNames(list, { suffix: nameSuffix }, config.nameSuffix)
  for (const entry of kustomization.labels) setPairs(list, entry.pairs ?? {}, labelFields(entry, config))
  if (commonLabels) setPairs(list, commonLabels, config.commonLabels)
  if (commonAnnotations) setPairs(list, commonAnnotations, config.commonAnnotations)
  for (const entry of kustomization.patchesJson6902)
    applyJson6902(list, textOf(entry, context), entry.target ?? {})
  for (const entry of kustomization.replicas) setReplicas(list, entry, config.replicas)
  for (const entry of kustomization.images) setImages(list, entry, config.images)
  for (const entry of kustomization.replacements) replaceFields(list, entry, context)
}

function textOf(entry: PatchEntry, { file, readText }: TransformContext): PatchText {
  if (entry.path && entry.patch)
    throw new SluiceError(
      'BUILD_PATCH_INVALID',
      `Cannot read a patch of ${file}: patch and path can't be set at the same time`,
    )
  return entry.path ? readText(entry.path) : { text: entry.patch ?? '', from: file }
}

/** Looks at objects that one layer may take, e.g. a hundred patches on fifty thousand objects. */
const maxLooks = 5_000_000

function refuseTooMuch(list: ResourceList, kustomization: KustomizationFile, file: string): void {
  const { patches, patchesJson6902, labels, replicas, images, replacements } = kustomization
  const entries = [patches, patchesJson6902, labels, replicas, images, replacements].reduce(
    (sum, { length }) => sum + length,
    0,
  )
  if (entries * list.all.length > maxLooks)
    throw tooLarge(
      file,
      `${entries} patches, labels, images, replicas and replacements for ${list.all.length} objects`,
      `at most ${maxLooks} pairs of both`,
    )
}
