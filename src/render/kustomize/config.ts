import { parseYaml, SluiceError } from '#base'
import type { FieldSpec } from './field-path.ts'
import * as builtin from './field-specs.ts'
import { type NameReference, nameReferences } from './name-references.ts'
import { checkShape, type Shape } from './shape.ts'

/** Which fields each transformer writes to: the built-in ones, and what `configurations:` adds. */
export interface TransformerConfig {
  readonly namePrefix: readonly FieldSpec[]
  readonly nameSuffix: readonly FieldSpec[]
  readonly namespace: readonly FieldSpec[]
  readonly commonLabels: readonly FieldSpec[]
  readonly templateLabels: readonly FieldSpec[]
  readonly commonAnnotations: readonly FieldSpec[]
  readonly images: readonly FieldSpec[]
  readonly replicas: readonly FieldSpec[]
  readonly varReference: readonly FieldSpec[]
  readonly nameReference: readonly NameReference[]
}

/** What kustomize does without `configurations:`. */
export const builtinConfig: TransformerConfig = {
  namePrefix: builtin.names,
  nameSuffix: builtin.names,
  namespace: builtin.namespaces,
  commonLabels: builtin.commonLabels,
  templateLabels: builtin.templateLabels,
  commonAnnotations: builtin.commonAnnotations,
  images: builtin.images,
  replicas: builtin.replicas,
  varReference: builtin.variables,
  nameReference: nameReferences,
}

const gvk = { group: 'string', version: 'string', kind: 'string' } as const
const fieldSpecs: Shape = { list: { fields: { ...gvk, path: 'string', create: 'boolean' } } }
const shape: Shape = {
  fields: {
    namePrefix: fieldSpecs,
    nameSuffix: fieldSpecs,
    namespace: fieldSpecs,
    labels: fieldSpecs,
    commonLabels: fieldSpecs,
    templateLabels: fieldSpecs,
    commonAnnotations: fieldSpecs,
    images: fieldSpecs,
    replicas: fieldSpecs,
    varReference: fieldSpecs,
    nameReference: { list: { fields: { ...gvk, fieldSpecs } } },
  },
}

/** Reads a file of `configurations:`. Throws `KUSTOMIZATION_INVALID`. */
export function parseConfig(text: string, file: string): Partial<TransformerConfig> {
  return checkShape(parseYaml(text, { file, dialect: 'kustomize' }), shape, { file }) ?? {}
}

/** Both, what they share once. Throws `KUSTOMIZATION_INVALID` when they disagree on whether to create a field. */
export function mergeConfig(one: TransformerConfig, more: Partial<TransformerConfig>): TransformerConfig {
  if (one === more) return one
  const merged = (name: Exclude<keyof TransformerConfig, 'nameReference'>): readonly FieldSpec[] =>
    mergeFields(one[name], more[name] ?? [])
  return {
    namePrefix: merged('namePrefix'),
    nameSuffix: merged('nameSuffix'),
    namespace: merged('namespace'),
    commonLabels: merged('commonLabels'),
    templateLabels: merged('templateLabels'),
    commonAnnotations: merged('commonAnnotations'),
    images: merged('images'),
    replicas: merged('replicas'),
    varReference: merged('varReference'),
    nameReference: mergeReferences(one.nameReference, more.nameReference ?? []),
  }
}

function mergeFields(one: readonly FieldSpec[], more: readonly FieldSpec[]): readonly FieldSpec[] {
  if (one === more || more.length === 0) return one
  const known = new Map(one.map((field) => [fieldKey(field), field]))
  for (const field of more) {
    const there = known.get(fieldKey(field))
    if (there && Boolean(there.create) !== Boolean(field.create))
      throw new SluiceError(
        'KUSTOMIZATION_INVALID',
        `conflicting fieldspecs: ${field.path} is to be created and not to be created`,
      )
    if (!there) known.set(fieldKey(field), field)
  }
  return known.size === one.length ? one : [...known.values()]
}

function mergeReferences(
  one: readonly NameReference[],
  more: readonly NameReference[],
): readonly NameReference[] {
  if (one === more || more.length === 0) return one
  const known = new Map(one.map((reference) => [gvkKey(reference), reference]))
  for (const reference of more) {
    const there = known.get(gvkKey(reference))
    const fields = mergeFields(there?.fieldSpecs ?? [], reference.fieldSpecs ?? [])
    if (fields !== there?.fieldSpecs) known.set(gvkKey(reference), { ...reference, fieldSpecs: fields })
  }
  return [...known.values()]
}

function gvkKey({
  group = '',
  version = '',
  kind = '',
}: Partial<Record<'group' | 'version' | 'kind', string>>): string {
  return `${group}/${version}/${kind}`
}

function fieldKey(field: FieldSpec): string {
  return `${gvkKey(field)}|${field.path}`
}
