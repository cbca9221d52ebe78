import { isObject, SluiceError } from '#base'
import type { TransformerConfig } from './config.ts'
import type { FieldSpec } from './field-path.ts'
import { absorb, type GeneratorContext, generate } from './generate.ts'
import { setImages } from './images.ts'
import {
  type GeneratorEntry,
  generatorShape,
  type ImageEntry,
  imageShape,
  type PatchEntry,
  type ReplacementEntry,
  replacementShape,
  selectorShape,
} from './kustomization.ts'
import { setPairs } from './labels.ts'
import { affixNames, hashNames } from './names.ts'
import { type SubjectRule, setNamespaces } from './namespace.ts'
import { applyJson6902, applyPatch, applyStrategicMerge, type PatchText } from './patch.ts'
import { replaceFields } from './replacements.ts'
import { setReplicas } from './replicas.ts'
import type { Resource } from './resource.ts'
import type { ResourceList } from './resource-list.ts'
import { checkShape, type Shape } from './shape.ts'
import type { TransformContext } from './transform.ts'

/** Runs the built-in generator that an object configures. Throws `KUSTOMIZE_PLUGIN_UNSUPPORTED` for any other. */
export function generateWith(list: ResourceList, plugin: Resource, context: GeneratorContext): void {
  const { kind } = plugin.object
  if (kind !== 'ConfigMapGenerator' && kind !== 'SecretGenerator') throw unsupported(plugin)
  const { name, namespace, fields } = readPlugin<GeneratorEntry>(plugin, generatorShape.fields)
  const entry = { ...fields, ...(name ? { name } : {}), ...(namespace ? { namespace } : {}) }
  absorb(list, generate(kind === 'SecretGenerator' ? 'Secret' : 'ConfigMap', entry, context))
}

interface TransformerFields extends PatchEntry {
  fieldSpecs?: FieldSpec[]
  prefix?: string
  suffix?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  imageTag?: ImageEntry
  replica?: { name: string; count: number }
  replacements?: ReplacementEntry[]
  setRoleBindingSubjects?: SubjectRule
  unsetOnly?: boolean
  paths?: string[]
  patches?: string
  jsonOp?: string
}

const pairs: Shape = { map: 'string' }
const transformerFields: Readonly<Record<string, Shape>> = {
  fieldSpecs: {
    list: {
      fields: { group: 'string', version: 'string', kind: 'string', path: 'string', create: 'boolean' },
    },
  },
  prefix: 'string',
  suffix: 'string',
  labels: pairs,
  annotations: pairs,
  imageTag: imageShape,
  replica: { fields: { name: 'string', count: 'integer' } },
  replacements: { list: replacementShape },
  setRoleBindingSubjects: 'string',
  unsetOnly: 'boolean',
  paths: { list: 'string' },
  patches: 'string',
  jsonOp: 'string',
  path: 'string',
  patch: 'string',
  target: selectorShape,
  options: { map: 'boolean' },
}

type Run = (
  list: ResourceList,
  fields: TransformerFields,
  use: {
    readonly specs: readonly FieldSpec[]
    readonly namespace: string
    readonly config: TransformerConfig
    readonly context: TransformContext
    readonly plugin: Resource
  },
) => void

// What kustomize's transformers do when an object configures them, by the object's kind.
const transformers: Readonly<Record<string, Run>> = {
  NamespaceTransformer: (list, { setRoleBindingSubjects, unsetOnly }, { specs, namespace }) =>
    setNamespaces(list, namespace, specs, {
      ...(setRoleBindingSubjects ? { subjects: setRoleBindingSubjects } : {}),
      ...(unsetOnly ? { unsetOnly } : {}),
    }),
  PrefixTransformer: (list, { prefix = '' }, { specs }) => affixNames(list, { prefix }, specs),
  SuffixTransformer: (list, { suffix = '' }, { specs }) => affixNames(list, { suffix }, specs),
  PrefixSuffixTransformer: (list, { prefix = '', suffix = '' }, { specs }) =>
    affixNames(list, { prefix, suffix }, specs),
  LabelTransformer: (list, { labels = {} }, { specs }) => setPairs(list, labels, specs),
  AnnotationsTransformer: (list, { annotations = {} }, { specs }) => setPairs(list, annotations, specs),
  ImageTagTransformer: (list, { imageTag }, { specs }) => {
    if (imageTag) setImages(list, imageTag, specs)
  },
  ReplicaCountTransformer: (list, { replica }, { specs }) => {
    if (replica) setReplicas(list, replica, specs)
  },
  ReplacementTransformer: (list, { replacements = [] }, { context }) => {
    for (const entry of replacements) replaceFields(list, entry, context)
  },
  PatchTransformer: (list, fields, { context, plugin }) =>
    applyPatch(list, textOf(fields, context, plugin), fields),
  PatchStrategicMergeTransformer: (list, { paths = [], patches = '' }, { context, plugin }) => {
    for (const path of paths) applyStrategicMerge(list, context.readTextOrInline(path))
    if (patches) applyStrategicMerge(list, { text: patches, from: plugin.file })
  },
  PatchJson6902Transformer: (list, fields, { context, plugin }) =>
    applyJson6902(list, textOf(fields, context, plugin), fields.target ?? {}),
  HashTransformer: (list) => hashNames(list),
}

/** Runs the built-in transformer that an object configures. Throws `KUSTOMIZE_PLUGIN_UNSUPPORTED` for any other. */
export function transformWith(
  list: ResourceList,
  plugin: Resource,
  config: TransformerConfig,
  context: TransformContext,
): void {
  const run = transformers[String(plugin.object['kind'])]
  if (!run) throw unsupported(plugin)
  const { namespace, fields } = readPlugin<TransformerFields>(plugin, transformerFields)
  run(list, fields, { specs: fields.fieldSpecs ?? [], namespace, config, context, plugin })
}

interface Configured<T> {
  readonly name: string
  readonly namespace: string
  readonly fields: T
}

function readPlugin<T>(plugin: Resource, shape: Readonly<Record<string, Shape>>): Configured<T> {
  const { apiVersion, kind: _kind, metadata, ...rest } = plugin.object
  if (apiVersion !== 'builtin') throw unsupported(plugin)
  const { name, namespace } = isObject(metadata) ? metadata : {}
  return {
    name: typeof name === 'string' ? name : '',
    namespace: typeof namespace === 'string' ? namespace : '',
    fields: checkShape(rest, { fields: shape }, { file: plugin.file, lenient: true }) as T,
  }
}

function textOf(
  { path, patch, jsonOp }: TransformerFields,
  context: TransformContext,
  plugin: Resource,
): PatchText {
  return path ? context.readText(path) : { text: patch ?? jsonOp ?? '', from: plugin.file }
}

function unsupported({ object, file }: Resource): SluiceError {
  return new SluiceError(
    'KUSTOMIZE_PLUGIN_UNSUPPORTED',
    `Cannot build ${file}: plugin ${String(object['apiVersion'])} ${String(object['kind'])} is not built in, and builds run no programs; use a built-in one`,
    { details: { file } },
  )
}
