import type { KubeObject } from '#api'
import { clone, formatTime, isCode, isObject, mergePatch } from '#base'
import type { Core } from './core.ts'
import { dropNulls, fieldValidationOf, identify, pruneUnknown } from './decode.ts'
import {
  type ApplyInput,
  type ApplyResult,
  applyPatch,
  conflictMessage,
  jsonPatch,
  strategicMergePatch,
  undeclaredFields,
} from './fields/index.ts'
import { textAt } from './paths.ts'
import { type ApiRequest, bodyOf, flagOf, mediaTypeOf } from './request.ts'
import { type Resource, readAs, targetOf } from './resource.ts'
import {
  applyConflict,
  badRequest,
  conflict,
  failedToType,
  invalid,
  notFound,
  unsupportedMediaType,
} from './status-error.ts'
import { objectWarnings } from './validate.ts'
import { createObject, updateObject, type Writer } from './write.ts'

/** What a patch led to. */
export interface PatchOutcome {
  object: KubeObject
  created: boolean
  warnings: string[]
}

/** PATCH in any of its four forms. */
export async function patchObject(core: Core, request: ApiRequest, writer: Writer): Promise<PatchOutcome> {
  const type = mediaTypeOf(request.http)
  if (type === 'application/apply-patch+yaml') return applyObject(core, request, writer)
  if (request.query.has('force')) {
    throw invalid({ group: 'meta.k8s.io', resource: 'PatchOptions' }, '', [
      {
        field: 'force',
        reason: 'FieldValueForbidden',
        message: 'Forbidden: may not be specified for non-apply patch',
      },
    ])
  }
  const change = changeOf(request, type)
  const patch = await bodyOf(request)
  // From here on nothing waits, so what is read is what is replaced.
  const live = liveOf(core, request)
  if (!live) throw notFound(targetOf(request.resource), request.name ?? '')
  return finish(core, request, { live, next: change(live, patch) }, writer)
}

type Change = (live: KubeObject, patch: unknown) => unknown

function changeOf({ resource }: ApiRequest, type: string): Change {
  if (type === 'application/json-patch+json') return jsonPatch
  if (type === 'application/merge-patch+json') return (live, patch) => mergePatch(live, objectPatch(patch))
  if (type === 'application/strategic-merge-patch+json' && resource.builtin)
    return (live, patch) => strategicMergePatch(resource.schema(), live, objectPatch(patch))
  throw unsupportedMediaType(
    'application/json-patch+json',
    'application/merge-patch+json',
    ...(resource.builtin ? ['application/strategic-merge-patch+json'] : []),
    'application/apply-patch+yaml',
  )
}

function objectPatch(patch: unknown): Record<string, unknown> {
  if (isObject(patch)) return patch
  throw badRequest('error decoding patch: found no JSON object')
}

function liveOf(core: Core, { resource, namespace = '', name = '' }: ApiRequest): KubeObject | undefined {
  const stored = core.store.get(resource.bucket, namespace, name)
  return stored && readAs(resource, stored)
}

function finish(
  core: Core,
  request: ApiRequest,
  change: { live: KubeObject; next: unknown },
  writer: Writer,
): PatchOutcome {
  const { resource, query } = request
  if (!isObject(change.next)) throw badRequest('the patch leaves no object')
  const next = identify(request, clone(change.next))
  const strict = (problem: string): Error =>
    invalid({ group: '', resource: '' }, '', [
      { field: 'patch', reason: 'FieldValueInvalid', message: `Invalid value: ${problem}` },
    ])
  const unknown = pruneUnknown(resource, next, fieldValidationOf(query), strict)
  const warnings = [...unknown, ...objectWarnings(resource, next, change.live)]
  return {
    object: updateObject(core, resource, { live: change.live, next }, writer),
    created: false,
    warnings,
  }
}

/** PATCH as server-side apply: merges what this manager wants, or creates the object. */
async function applyObject(core: Core, request: ApiRequest, writer: Writer): Promise<PatchOutcome> {
  const { resource, query } = request
  const manager = query.get('fieldManager')
  if (!manager) {
    throw invalid({ group: 'meta.k8s.io', resource: 'PatchOptions' }, '', [
      {
        field: 'fieldManager',
        reason: 'FieldValueRequired',
        message: 'Required value: is required for apply patch',
      },
    ])
  }
  const { applied, label } = appliedOf(request, await bodyOf(request))
  const live = liveOf(core, request)
  checkIdentity(request, applied, live)
  if (!live && request.subresource) throw notFound(targetOf(resource), applied.metadata.name)
  const result = mergeApplied(core, request, { applied, label, manager, ...(live ? { live } : {}) })
  if ('conflicts' in result) throw applyConflict(conflictMessage(result.conflicts), result.conflicts)
  const next = clone(result.object)
  const how: Writer = { ...writer, manager, applied: true }
  const warnings = objectWarnings(resource, next, live)
  if (!live) return { object: createObject(core, resource, next, how), created: true, warnings }
  // The precondition was looked at above, and the merged object has the version of the one it was merged into.
  next.metadata.resourceVersion = live.metadata.resourceVersion ?? ''
  return { object: updateObject(core, resource, { live, next }, how), created: false, warnings }
}

function mergeApplied(
  core: Core,
  { resource, query, subresource }: ApiRequest,
  { label, ...input }: Pick<ApplyInput, 'applied' | 'live' | 'manager'> & { label: string },
): ApplyResult {
  try {
    return applyPatch({
      ...input,
      schema: resource.schema(),
      force: flagOf(query, 'force'),
      ...(subresource ? { subresource } : {}),
      hasStatus: resource.hasStatus,
      now: formatTime(core.clock.now()),
    })
  } catch (error) {
    const problems = isCode(error, 'OBJECT_INVALID') ? error.details['problems'] : undefined
    if (Array.isArray(problems)) throw untypable(label, problems.map(String))
    throw error
  }
}

function untypable(label: string, problems: string[]): Error {
  const [only = ''] = problems
  const list = problems.length === 1 ? only : ['errors:', ...problems.map((one) => `  ${one}`)].join('\n')
  return failedToType(`failed to create typed patch object (${label}): ${list}`)
}

// As the client wrote it: a namespace that only the URL names is not in it.
function labelOf({ group, version, kind }: Resource, body: Record<string, unknown>): string {
  return `${textAt(body, 'metadata.namespace')}/${textAt(body, 'metadata.name')}; ${group}/${version}, Kind=${kind}`
}

function appliedOf(request: ApiRequest, body: unknown): { applied: KubeObject; label: string } {
  const { resource, query } = request
  if (!isObject(body)) throw badRequest('error decoding YAML: found no object')
  for (const field of ['apiVersion', 'kind'])
    if (typeof body[field] !== 'string')
      throw badRequest(`error decoding YAML: Object '${field === 'kind' ? 'Kind' : field}' is missing`)
  if (isObject(body['metadata']) && (body['metadata']['managedFields'] ?? null) !== null)
    throw badRequest('metadata.managedFields must be nil')
  if (isObject(body['metadata'])) body['metadata']['name'] ??= request.name
  const label = labelOf(resource, body)
  const applied = identify(request, body)
  // An apply must know the type of every field, whatever the field validation says.
  fieldValidationOf(query)
  if (resource.builtin) dropNulls(applied)
  const undeclared = undeclaredFields(resource.schema(), applied)
  if (undeclared.length === 0) return { applied, label }
  throw untypable(
    label,
    undeclared.map((path) => `${path}: field not declared in schema`),
  )
}

function checkIdentity(
  { resource, name = '' }: ApiRequest,
  { metadata }: KubeObject,
  live?: KubeObject,
): void {
  if (!live && metadata.uid) {
    throw conflict(
      targetOf(resource),
      name,
      `uid mismatch: the provided object specified uid ${metadata.uid}, and no existing object was found`,
    )
  }
  const { resourceVersion } = metadata
  if (live && resourceVersion && resourceVersion !== live.metadata.resourceVersion) {
    throw conflict(
      targetOf(resource),
      name,
      'the object has been modified; please apply your changes to the latest version and try again',
    )
  }
}
