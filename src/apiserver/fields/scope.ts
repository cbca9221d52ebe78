import type { KubeObject, Schema } from '#api'
import { differenceBelow, emptySet, type FieldSet, insert } from './field-set.ts'
import { isBuiltin } from './root.ts'

/** Metadata that the server writes; nobody owns it and no patch changes it. */
export const serverMetadata: readonly string[] = [
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
  'selfLink',
  'uid',
]

/** Which part of an object a request may change. */
export interface Scope {
  /** For example `status`; absent for the object itself. */
  subresource?: string
  /** Whether status is a resource of its own, so that requests to the object itself leave it alone; true when absent. */
  hasStatus?: boolean
}

/** The paths of `set` that a request with this scope to an object of this schema can own. */
export function ownable(schema: Schema, set: FieldSet, scope: Scope): FieldSet {
  const own = differenceBelow(set, neverOwned(scope))
  const steps = new Map(own.steps)
  if (scope.subresource === 'status') {
    for (const step of steps.keys()) if (!isOfStatus(schema, step.slice(2))) steps.delete(step)
  }
  // `metadata` itself is no one's, what is in it may be.
  const metadata = steps.get('f:metadata')
  if (metadata && metadata.steps.size > 0) steps.set('f:metadata', { ...metadata, member: false })
  else steps.delete('f:metadata')
  return { member: own.member, steps }
}

// Controllers of built-in kinds annotate an object along with its status (deployment.kubernetes.io/revision).
function isOfStatus(schema: Schema, field: string): boolean {
  return field === 'status' || (field === 'metadata' && isBuiltin(schema))
}

function neverOwned({ subresource, hasStatus = true }: Scope): FieldSet {
  const never = emptySet()
  insert(never, ['f:apiVersion'])
  insert(never, ['f:kind'])
  for (const field of ['name', 'namespace', ...serverMetadata]) insert(never, ['f:metadata', `f:${field}`])
  if (subresource === undefined && hasStatus) insert(never, ['f:status'])
  if (subresource === 'status') insert(never, ['f:metadata', 'f:labels'])
  return never
}

/** An applied configuration as far as the scope lets it act: no server-owned metadata, and no status or only status. */
export function within(schema: Schema, applied: KubeObject, scope: Scope): KubeObject {
  const { subresource, hasStatus = true } = scope
  const { apiVersion, kind, metadata, ...content } = applied
  const kept = Object.fromEntries(
    Object.entries(metadata).filter(([field]) => !serverMetadata.includes(field)),
  )
  const { status, ...rest } = content
  const { name, namespace } = metadata
  const identity = { name, ...(namespace === undefined ? {} : { namespace }) }
  if (subresource === 'status') {
    const { labels: _labels, ...others } = kept
    const own = isBuiltin(schema) ? { ...others, ...identity } : identity
    return { apiVersion, kind, metadata: own, ...(status === undefined ? {} : { status }) }
  }
  return {
    apiVersion,
    kind,
    metadata: { ...kept, ...identity },
    ...(hasStatus && subresource === undefined ? rest : content),
  }
}

/**
 * What an object of a kind holds before anything is set, as the server compares a creation with it. Go always writes a struct
 * that is no pointer (the built-in schemas say `default: {}`) and a required list; a custom resource starts from nothing.
 */
export function emptyObject(schema: Schema, { apiVersion, kind }: KubeObject): Record<string, unknown> {
  let zero = zeros.get(schema)
  if (!zero) zeros.set(schema, (zero = zeroOf(schema)))
  return { ...zero, apiVersion, kind }
}

// Schemas of built-in kinds live as long as the process.
const zeros = new WeakMap<Schema, Readonly<Record<string, unknown>>>()

function zeroOf(schema: Schema): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    if (isEmptyStruct(child)) result[key] = zeroOf(child)
    else if (schema.required?.includes(key)) result[key] = child.default ?? null
  }
  return result
}

function isEmptyStruct({ type, default: value }: Schema): boolean {
  return type === 'object' && typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
