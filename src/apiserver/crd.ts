import type { CustomResourceDefinition, KubeObject, Schema } from '#api'
import { isObject } from '#base'
import { textAt } from './paths.ts'
import { apiVersionOf, bucketName, type PrinterColumn, type Resource, type ScalePaths } from './resource.ts'

type Spec = CustomResourceDefinition['spec']
type Version = Spec['versions'][number]

const verbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']

/** Where CustomResourceDefinitions are stored. */
export const crdBucket = 'apiextensions.k8s.io/customresourcedefinitions'

/** The resources that an established CustomResourceDefinition serves, one a version. */
export function resourcesOf(object: KubeObject): Resource[] {
  const crd = object as unknown as CustomResourceDefinition & {
    status?: { conditions?: { type: string; status: string }[]; acceptedNames?: Partial<Spec['names']> }
  }
  const established = crd.status?.conditions?.some(
    ({ type, status }) => type === 'Established' && status === 'True',
  )
  if (!established) return []
  const stored = crd.spec.versions.find(({ storage }) => storage)
  if (!stored) return []
  return crd.spec.versions
    .filter(({ served }) => served)
    .map((version) => resourceOf(crd.spec, version, stored.name))
}

function resourceOf(spec: Spec, version: Version, storedVersion: string): Resource {
  const { group, names } = spec
  const apiVersion = apiVersionOf(group, version.name)
  const storedApiVersion = apiVersionOf(group, storedVersion)
  const scale = scaleOf(version)
  const schema = version.schema?.openAPIV3Schema ?? {}
  return {
    group,
    version: version.name,
    apiVersion,
    kind: names.kind,
    listKind: names.listKind,
    plural: names.plural,
    singular: names.singular,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    namespaced: spec.scope === 'Namespaced',
    verbs,
    bucket: bucketName(group, names.plural),
    hasStatus: version.subresources?.status !== undefined,
    ...(scale ? { scale } : {}),
    // Conversion strategy None: only the apiVersion differs.
    ...(version.name === storedVersion
      ? {}
      : {
          conversion: {
            read: (object) => ({ ...object, apiVersion }),
            write: (object) => ({ ...object, apiVersion: storedApiVersion }),
          },
        }),
    schema: () => schema,
    custom: {
      columns: columnsOf(version),
      selectable: selectableOf(version),
      byWebhook: version.name !== storedVersion && textAt(spec, 'conversion.strategy') === 'Webhook',
      ...(version.deprecated
        ? {
            warning: version.deprecationWarning ?? `${apiVersion} ${names.kind} is deprecated`,
          }
        : {}),
    },
  }
}

function scaleOf({ subresources }: Version): ScalePaths | undefined {
  const scale = subresources?.scale
  if (!scale) return undefined
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = scale
  if (!specReplicasPath || !statusReplicasPath) return undefined
  return {
    spec: specReplicasPath.slice(1),
    status: statusReplicasPath.slice(1),
    ...(labelSelectorPath ? { selector: labelSelectorPath.slice(1) } : {}),
  }
}

function columnsOf({ additionalPrinterColumns = [] }: Version): PrinterColumn[] {
  if (additionalPrinterColumns.length > 0) return additionalPrinterColumns
  return [{ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }]
}

function selectableOf(version: Version): string[] {
  const { selectableFields } = version as { selectableFields?: { jsonPath: string }[] }
  return (selectableFields ?? []).map(({ jsonPath }) => jsonPath.replace(/^\./, ''))
}

/** The status that the API server's own controllers give a CRD: names accepted, established, versions stored. */
export function establishedStatus(crd: KubeObject, now: string): Record<string, unknown> {
  const { names, versions } = crd['spec'] as Spec
  const before = isObject(crd['status']) ? crd['status'] : {}
  const known = Array.isArray(before['conditions']) ? (before['conditions'] as { type: string }[]) : []
  const condition = (type: string, reason: string, message: string): unknown =>
    known.find((one) => one.type === type) ?? {
      lastTransitionTime: now,
      message,
      reason,
      status: 'True',
      type,
    }
  const storage = versions.find((version) => version.storage)?.name
  const stored = Array.isArray(before['storedVersions']) ? (before['storedVersions'] as string[]) : []
  return {
    ...before,
    acceptedNames: names,
    conditions: [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ],
    storedVersions: storage && !stored.includes(storage) ? [...stored, storage] : stored,
  }
}

/** The status of a CRD whose objects are being deleted. */
export function terminatingStatus(crd: KubeObject, now: string): Record<string, unknown> {
  const before = isObject(crd['status']) ? crd['status'] : {}
  const known = Array.isArray(before['conditions']) ? (before['conditions'] as { type: string }[]) : []
  const terminating = {
    lastTransitionTime: now,
    message: 'CustomResource deletion is in progress',
    reason: 'InstanceDeletionInProgress',
    status: 'True',
    type: 'Terminating',
  }
  return { ...before, conditions: [...known.filter(({ type }) => type !== 'Terminating'), terminating] }
}

/** Problems that make a CRD unservable, as `[field, message]`: a name that does not fit, no single storage version, … */
export function crdProblems(crd: KubeObject): (readonly [field: string, message: string])[] {
  const { group, names, versions } = (crd['spec'] ?? {}) as Partial<Spec>
  const problems: (readonly [string, string])[] = []
  const expected = `${names?.plural}.${group}`
  if (group && names?.plural && crd.metadata.name !== expected) {
    problems.push([
      'metadata.name',
      `Invalid value: "${crd.metadata.name}": must be spec.names.plural+"."+spec.group`,
    ])
  }
  if (!Array.isArray(versions)) return problems
  if (versions.filter(({ storage }) => storage).length !== 1) {
    const shown = JSON.stringify(versions.map(({ name }) => name))
    problems.push([
      'spec.versions',
      `Invalid value: ${shown}: must have exactly one version marked as storage version`,
    ])
  }
  for (const [index, { schema }] of versions.entries()) {
    const root = schema?.openAPIV3Schema as Schema | undefined
    const field = `spec.versions[${index}].schema.openAPIV3Schema`
    if (!root) problems.push([field, 'Required value: schemas are required'])
    else if (root.type !== 'object')
      problems.push([`${field}.type`, `Invalid value: "${root.type ?? ''}": must be object at the root`])
  }
  return problems
}
