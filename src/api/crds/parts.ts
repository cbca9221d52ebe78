import type { CustomResourceDefinition, Schema } from '../schema.ts'

/** Interval of a Flux kind: Go durations down to milliseconds. */
export const interval: Schema = { type: 'string', pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$' }

/** Timeout of a Flux source: as an interval, but no hours. */
export const timeout: Schema = { type: 'string', pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m))+$' }

export const string: Schema = { type: 'string' }
export const boolean: Schema = { type: 'boolean' }
export const strings: Schema = { type: 'array', items: string }
export const stringMap: Schema = { type: 'object', additionalProperties: string }

/** A string of bounded length. */
export function bounded(minLength: number, maxLength: number): Schema {
  return { type: 'string', minLength, maxLength }
}

/** One of a few words. */
export function oneOf(...values: string[]): Schema {
  return { type: 'string', enum: values }
}

/** An object of named fields. */
export function object(properties: Record<string, Schema>, required: string[] = []): Schema {
  return { type: 'object', properties, ...(required.length > 0 ? { required } : {}) }
}

export function list(items: Schema): Schema {
  return { type: 'array', items }
}

/** A reference by name to an object of the same namespace. */
export const localReference: Schema = object({ name: string }, ['name'])

/** metav1.Conditions. */
export const conditions: Schema = list(
  object(
    {
      lastTransitionTime: { type: 'string', format: 'date-time' },
      message: { type: 'string', maxLength: 32_768 },
      observedGeneration: { type: 'integer', format: 'int64', minimum: 0 },
      reason: {
        type: 'string',
        minLength: 1,
        maxLength: 1024,
        pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
      },
      status: oneOf('True', 'False', 'Unknown'),
      type: {
        type: 'string',
        maxLength: 316,
        pattern:
          '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$',
      },
    },
    ['lastTransitionTime', 'message', 'reason', 'status', 'type'],
  ),
)

/** meta.Artifact of Flux. */
export const artifact: Schema = object(
  {
    digest: { type: 'string', pattern: '^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$' },
    lastUpdateTime: { type: 'string', format: 'date-time' },
    metadata: stringMap,
    path: string,
    revision: string,
    size: { type: 'integer', format: 'int64' },
    url: string,
  },
  ['lastUpdateTime', 'path', 'revision', 'url'],
)

/** Status fields of every kind of ours. */
export const commonStatus: Record<string, Schema> = {
  conditions,
  lastHandledReconcileAt: string,
  observedGeneration: { type: 'integer', format: 'int64' },
}

/** A kind's whole schema; the status defaults to "never looked at", as kstatus needs it. */
export function root(spec: Schema, status: Record<string, Schema>): Schema {
  return object({
    apiVersion: string,
    kind: string,
    metadata: { type: 'object' },
    spec,
    status: { ...object({ ...commonStatus, ...status }), default: { observedGeneration: -1 } },
  })
}

type Column = NonNullable<
  CustomResourceDefinition['spec']['versions'][number]['additionalPrinterColumns']
>[number]

export const age: Column = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }
export const ready: Column = {
  name: 'Ready',
  type: 'string',
  jsonPath: '.status.conditions[?(@.type=="Ready")].status',
}
export const status: Column = {
  name: 'Status',
  type: 'string',
  jsonPath: '.status.conditions[?(@.type=="Ready")].message',
}

/** One version of a kind as a CRD lists it. */
export type Version = CustomResourceDefinition['spec']['versions'][number]

/** The definition of a namespaced kind, whose list and plural are named as Kubernetes names them. */
export function definition(
  names: { group: string; kind: string; plural: string; shortName: string; categories: string[] },
  versions: Version[],
): CustomResourceDefinition {
  const { group, kind, plural, shortName, categories } = names
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        shortNames: [shortName],
        categories,
      },
      scope: 'Namespaced',
      versions,
    },
  }
}
