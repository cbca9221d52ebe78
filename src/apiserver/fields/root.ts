import type { Schema } from '#api'

const text: Schema = { type: 'string' }
const texts: Schema = { type: 'object', additionalProperties: text }

/** metav1.ObjectMeta: what every object's metadata may hold, and how its lists merge. Not to be changed. */
export const objectMetaSchema: Schema = {
  type: 'object',
  properties: {
    annotations: texts,
    creationTimestamp: { type: 'string', nullable: true },
    deletionGracePeriodSeconds: { type: 'integer', format: 'int64' },
    deletionTimestamp: { type: 'string', nullable: true },
    finalizers: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
    generateName: text,
    generation: { type: 'integer', format: 'int64' },
    labels: texts,
    managedFields: {
      type: 'array',
      'x-kubernetes-list-type': 'atomic',
      items: {
        type: 'object',
        properties: {
          apiVersion: text,
          fieldsType: text,
          fieldsV1: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          manager: text,
          operation: text,
          subresource: text,
          time: text,
        },
      },
    },
    name: text,
    namespace: text,
    ownerReferences: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['uid'],
      'x-kubernetes-patch-merge-key': 'uid',
      'x-kubernetes-patch-strategy': 'merge',
      items: {
        type: 'object',
        'x-kubernetes-map-type': 'atomic',
        properties: {
          apiVersion: text,
          blockOwnerDeletion: { type: 'boolean' },
          controller: { type: 'boolean' },
          kind: text,
          name: text,
          uid: text,
        },
        required: ['apiVersion', 'kind', 'name', 'uid'],
      },
    },
    resourceVersion: text,
    selfLink: text,
    uid: text,
  },
}

/**
 * The schema of a whole object: a CRD's says nothing of apiVersion and kind and leaves metadata open, a built-in kind's is
 * complete and is returned as it is.
 */
export function rootSchema(schema: Schema): Schema {
  if (isBuiltin(schema)) return schema
  return {
    ...schema,
    properties: { apiVersion: text, kind: text, ...schema.properties, metadata: objectMetaSchema },
  }
}

/**
 * Whether this is a built-in kind's schema: those say that metadata is always there (`default: {}`), and a CRD's may give
 * metadata no default.
 */
export function isBuiltin(schema: Schema): boolean {
  return schema.properties?.['metadata']?.default !== undefined
}
