import { isObject } from '#base'
import { podDescriptions } from './describe-pods.ts'
import { otherDescriptions } from './describe-rest.ts'
import { workloadDescriptions } from './describe-workloads.ts'
import { shortName } from './schemas.ts'

/** Sentences by type (`core.v1.Pod`) and field; the empty field is the type itself. */
export type Descriptions = Readonly<Record<string, Readonly<Record<string, string>>>>

/** What `kubectl explain` says of built-in kinds, in our words. */
export const descriptions: Descriptions = {
  ...podDescriptions,
  ...workloadDescriptions,
  ...otherDescriptions,
}

// What these fields mean is the same in every kind.
const everywhere: Readonly<Record<string, string>> = {
  apiVersion: 'The group and version that this object is written in.',
  kind: 'The kind of this object.',
  metadata: 'Name, labels, annotations, and what the server keeps about the object.',
}

/** A schema of `rawSchemas()` with descriptions; the schema itself when there is nothing to say of it. */
export function described(name: string, schema: unknown): unknown {
  if (!isObject(schema) || !isObject(schema['properties'])) return schema
  const { properties } = schema
  const own = descriptions[shortName(name)] ?? {}
  const whole = 'apiVersion' in properties && 'metadata' in properties
  const texts = { ...(whole ? everywhere : {}), ...own }
  if (Object.keys(texts).length === 0) return schema
  const withTexts = Object.entries(properties).map(([field, child]) => [field, describe(child, texts[field])])
  const { '': about } = own
  return {
    ...(about === undefined ? {} : { description: about }),
    ...schema,
    properties: Object.fromEntries(withTexts) as unknown,
  }
}

/** What stands beside a `$ref` does not count (OpenAPI 3.0), so the reference moves into an `allOf`. */
function describe(schema: unknown, description: string | undefined): unknown {
  if (description === undefined || !isObject(schema)) return schema
  const { $ref, ...rest } = schema
  return $ref === undefined ? { description, ...rest } : { description, allOf: [{ $ref }], ...rest }
}
