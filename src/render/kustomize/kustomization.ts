import type { ObjectSelector } from '#api'
import { isObject, parseYamlAll, SluiceError } from '#base'
import type { FieldSpec } from './field-path.ts'
import { checkShape, type Shape, type StructShape } from './shape.ts'

/** File names a kustomization may have, in kustomize's order. */
export const kustomizationNames: readonly string[] = [
  'kustomization.yaml',
  'kustomization.yml',
  'Kustomization',
]

/** A checked kustomization file; legacy fields are folded into today's. */
export interface KustomizationFile {
  kind: 'Kustomization' | 'Component'
  resources: string[]
  components: string[]
  configurations: string[]
  generators: string[]
  transformers: string[]
  validators: string[]
  namespace?: string
  namePrefix?: string
  nameSuffix?: string
  commonLabels?: Record<string, string>
  labels: LabelEntry[]
  commonAnnotations?: Record<string, string>
  images: ImageEntry[]
  replicas: { name: string; count: number }[]
  patches: PatchEntry[]
  patchesStrategicMerge: string[]
  patchesJson6902: PatchEntry[]
  replacements: ReplacementEntry[]
  vars: VariableEntry[]
  configMapGenerator: GeneratorEntry[]
  secretGenerator: GeneratorEntry[]
  generatorOptions?: GeneratorOptions
  sortOptions?: {
    order?: string
    legacySortOptions?: { orderFirst?: string[]; orderLast?: string[] }
  }
  buildMetadata: string[]
}

export interface LabelEntry {
  pairs?: Record<string, string>
  includeSelectors?: boolean
  includeTemplates?: boolean
  fields?: FieldSpec[]
}

export interface ImageEntry {
  name: string
  newName?: string
  newTag?: string
  digest?: string
  tagSuffix?: string
}

export interface PatchEntry {
  path?: string
  patch?: string
  target?: ObjectSelector
  options?: { allowNameChange?: boolean; allowKindChange?: boolean }
}

export interface GeneratorOptions {
  labels?: Record<string, string>
  annotations?: Record<string, string>
  disableNameSuffixHash?: boolean
  immutable?: boolean
}

export interface GeneratorEntry {
  name?: string
  namespace?: string
  behavior?: string
  literals?: string[]
  files?: string[]
  envs?: string[]
  env?: string
  /** Secrets only. */
  type?: string
  options?: GeneratorOptions
}

export interface ReplacementEntry {
  path?: string
  source?: ObjectSelector & { fieldPath?: string; options?: ReplacementOptions }
  sourceValue?: string
  targets?: {
    select?: ObjectSelector
    reject?: ObjectSelector[]
    fieldPaths?: string[]
    options?: ReplacementOptions
  }[]
}

export interface ReplacementOptions {
  delimiter?: string
  index?: number
  encoding?: string
  create?: boolean
}

export interface VariableEntry {
  name: string
  objref: {
    apiVersion?: string
    group?: string
    version?: string
    kind?: string
    name?: string
    namespace?: string
  }
  fieldref?: { fieldPath?: string }
}

const strings: Shape = { list: 'string' }
const pairs: Shape = { map: 'string' }
const gvk = { group: 'string', version: 'string', kind: 'string' } as const
/** The shape of a patch's or replacement's selector. */
export const selectorShape: StructShape = {
  fields: {
    ...gvk,
    name: 'string',
    namespace: 'string',
    labelSelector: 'string',
    annotationSelector: 'string',
  },
}
const generatorOptions: Shape = {
  fields: { labels: pairs, annotations: pairs, disableNameSuffixHash: 'boolean', immutable: 'boolean' },
}
/** The shape of one generator entry. */
export const generatorShape: StructShape = {
  fields: {
    name: 'string',
    namespace: 'string',
    behavior: 'string',
    literals: strings,
    files: strings,
    envs: strings,
    env: 'string',
    type: 'string',
    options: generatorOptions,
  },
}
const patch: Shape = {
  fields: { path: 'string', patch: 'string', target: selectorShape, options: { map: 'boolean' } },
}
const replacementOptions: Shape = {
  fields: { delimiter: 'string', index: 'integer', encoding: 'string', create: 'boolean' },
}
const fieldSpec: Shape = { fields: { ...gvk, path: 'string', create: 'boolean' } }
/** The shape of one `images:` entry. */
export const imageShape: Shape = {
  fields: { name: 'string', newName: 'string', newTag: 'string', digest: 'string', tagSuffix: 'string' },
}

/** The shape of one `replacements:` entry, also used for files of them. */
export const replacementShape: Shape = {
  fields: {
    path: 'string',
    source: { fields: { ...selectorShape.fields, fieldPath: 'string', options: replacementOptions } },
    sourceValue: 'string',
    targets: {
      list: {
        fields: {
          select: selectorShape,
          reject: { list: selectorShape },
          fieldPaths: strings,
          options: replacementOptions,
        },
      },
    },
  },
}

const file: Shape = {
  fields: {
    apiVersion: 'string',
    kind: 'string',
    metadata: 'any',
    resources: strings,
    bases: strings,
    components: strings,
    crds: strings,
    configurations: strings,
    generators: strings,
    transformers: strings,
    validators: strings,
    openapi: pairs,
    namespace: 'string',
    namePrefix: 'string',
    nameSuffix: 'string',
    commonLabels: pairs,
    labels: {
      list: {
        fields: {
          pairs,
          includeSelectors: 'boolean',
          includeTemplates: 'boolean',
          fields: { list: fieldSpec },
        },
      },
    },
    commonAnnotations: pairs,
    images: { list: imageShape },
    imageTags: { list: imageShape },
    replicas: { list: { fields: { name: 'string', count: 'integer' } } },
    patches: { list: patch },
    patchesStrategicMerge: strings,
    patchesJson6902: { list: patch },
    replacements: { list: replacementShape },
    vars: {
      list: {
        fields: {
          name: 'string',
          objref: { fields: { ...gvk, apiVersion: 'string', name: 'string', namespace: 'string' } },
          fieldref: { fields: { fieldPath: 'string' } },
        },
      },
    },
    configMapGenerator: { list: generatorShape },
    secretGenerator: { list: generatorShape },
    generatorOptions,
    helmGlobals: 'any',
    helmCharts: 'any',
    helmChartInflationGenerator: 'any',
    sortOptions: {
      fields: {
        order: 'string',
        legacySortOptions: { fields: { orderFirst: strings, orderLast: strings } },
      },
    },
    buildMetadata: strings,
  },
}

const lists = [
  'resources',
  'components',
  'configurations',
  'generators',
  'transformers',
  'validators',
  'labels',
  'images',
  'replicas',
  'patches',
  'patchesStrategicMerge',
  'patchesJson6902',
  'replacements',
  'vars',
  'configMapGenerator',
  'secretGenerator',
  'buildMetadata',
] as const
const unsupported = ['crds', 'openapi', 'helmGlobals', 'helmCharts', 'helmChartInflationGenerator'] as const

/** Reads a kustomization file; throws `KUSTOMIZATION_INVALID` and `KUSTOMIZE_FIELD_UNSUPPORTED`. */
export function parseKustomization(text: string, path: string): KustomizationFile {
  // kustomize reads its own file as kubectl reads YAML, and only the first document of it.
  const [content] = parseYamlAll(text, { file: path, dialect: 'kubectl' })
  if (content === undefined || content === null || (isObject(content) && Object.keys(content).length === 0))
    throw invalid(path, 'kustomization.yaml is empty')
  if (!isObject(content)) throw invalid(path, 'found no map at the top of a kustomization file')
  const raw = checkShape(content, file, { file: path }) as Record<string, unknown>
  const kind = checkType(raw, path)
  refuseUnsupported(raw, path)
  const result: Record<string, unknown> = { ...raw, kind }
  for (const name of lists) result[name] ??= []
  result['resources'] = [
    ...(result['resources'] as string[]),
    ...((raw['bases'] as string[] | undefined) ?? []),
  ]
  result['images'] = [
    ...(result['images'] as ImageEntry[]),
    ...((raw['imageTags'] as ImageEntry[] | undefined) ?? []),
  ]
  return result as unknown as KustomizationFile
}

function checkType(raw: Record<string, unknown>, path: string): 'Kustomization' | 'Component' {
  const kind = raw['kind'] || 'Kustomization'
  if (kind !== 'Kustomization' && kind !== 'Component')
    throw invalid(path, `kind should be Kustomization or Component, found ${JSON.stringify(kind)}`)
  const wanted = `kustomize.config.k8s.io/${kind === 'Component' ? 'v1alpha1' : 'v1beta1'}`
  const apiVersion = raw['apiVersion'] || wanted
  if (apiVersion !== wanted)
    throw invalid(path, `apiVersion for ${kind} should be ${wanted}, found ${JSON.stringify(apiVersion)}`)
  return kind
}

function refuseUnsupported(raw: Record<string, unknown>, path: string): void {
  for (const name of unsupported) {
    const value = raw[name]
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue
    const remedy = name.startsWith('helm')
      ? 'render the chart with `helm template` and list the result under resources, or use a HelmRelease'
      : 'remove the field'
    throw new SluiceError(
      'KUSTOMIZE_FIELD_UNSUPPORTED',
      `Cannot build ${path}: it uses ${name}, which sluice does not build; ${remedy}`,
      { details: { file: path, field: name } },
    )
  }
}

function invalid(path: string, found: string): SluiceError {
  return new SluiceError('KUSTOMIZATION_INVALID', `invalid Kustomization: ${found} (${path})`, {
    details: { file: path },
  })
}
