import type { KubeObject, Schema } from '#api'
import { canonicalJson, isObject } from '#base'
import { collectFields } from './collect.ts'
import { compareFields } from './compare.ts'
import { difference, emptySet, type FieldSet, union } from './field-set.ts'

const annotation = 'kubectl.kubernetes.io/last-applied-configuration'
// metav1's limit on all annotations together.
const maxBytes = 256 * 1024

interface Applied {
  manager: string
  live?: KubeObject
  applied: KubeObject
}

/**
 * The fields that kubectl applied on the client before and that still have that value: kubectl's first server-side apply takes
 * them over without a conflict. Empty for every other manager.
 */
export function allowedByLastApplied({ manager, live }: Applied, schema: Schema): FieldSet {
  const text = live?.metadata.annotations?.[annotation]
  if (manager !== 'kubectl' || text === undefined) return emptySet()
  const last = parse(text)
  if (!last) return emptySet()
  const { added, modified, removed } = compareFields(schema, last, live)
  return difference(collectFields(schema, last), union(union(added, modified), removed))
}

/** Keeps kubectl's annotation, where an object has it, in step with what kubectl applies on the server. */
export function syncLastApplied({ manager, live, applied }: Applied, result: KubeObject): KubeObject {
  if (manager !== 'kubectl' || live?.metadata.annotations?.[annotation] === undefined) return result
  const { managedFields: _managedFields, ...metadata } = applied.metadata
  const { [annotation]: _last, ...annotations } = metadata.annotations ?? {}
  const kept = metadata.annotations ? { ...metadata, annotations } : metadata
  const text = `${canonicalJson({ ...applied, metadata: kept })}\n`
  const { [annotation]: _old, ...others } = result.metadata.annotations ?? {}
  const size = Buffer.byteLength(text) + Buffer.byteLength(JSON.stringify(others))
  result.metadata.annotations = size > maxBytes ? others : { ...others, [annotation]: text }
  return result
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    // Anyone can write the annotation; what cannot be read allows nothing.
    return undefined
  }
}
