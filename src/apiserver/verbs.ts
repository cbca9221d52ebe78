import type { Core } from './core.ts'
import { cannotBeHandled, fieldValidationOf, identify, pruneUnknown } from './decode.ts'
import { deleteObject, deleteOptionsOf } from './delete.ts'
import { patchObject } from './patch.ts'
import { getObject, listObjects, pageOf, storedOf } from './read.ts'
import { type ApiRequest, bodyOf, flagOf, objectBodyOf } from './request.ts'
import { readAs, targetOf } from './resource.ts'
import { formatWarning, respondObject, respondValue } from './respond.ts'
import { scaleObject } from './scale.ts'
import { badRequest, methodNotAllowed, notImplemented } from './status-error.ts'
import { objectWarnings } from './validate.ts'
import type { WatchHub } from './watch.ts'
import { createObject, updateObject, type Writer } from './write.ts'

/** What the verbs work with. */
export interface Verbs {
  core: Core
  hub: WatchHub
}

/** Carries out one request for objects, with a warning when the version asked for is deprecated. */
export async function serveResource(verbs: Verbs, request: ApiRequest): Promise<Response> {
  const { custom, plural, version } = request.resource
  if (custom?.byWebhook)
    throw notImplemented(`conversion webhooks, which version ${version} of ${plural} needs`)
  const response = await perform(verbs, request)
  const { warning } = custom ?? {}
  if (warning) response.headers.append('warning', formatWarning(warning))
  return response
}

async function perform({ core, hub }: Verbs, request: ApiRequest): Promise<Response> {
  const { resource, name, namespace, subresource, http, query } = request
  const { method } = http
  if (subresource === 'scale')
    return respondObject(core, request, await scaleObject(core, request, writerOf(request)))
  if (method === 'GET' || method === 'HEAD') {
    if (query.has('watch') && flagOf(query, 'watch')) return hub.open(request)
    return name === undefined ? listObjects(core, request) : getObject(core, request)
  }
  if (name === undefined) {
    const reachable = !resource.namespaced || namespace !== undefined
    if (method === 'POST' && reachable) return create(core, request)
    if (method === 'DELETE' && reachable) return deleteCollection(core, request)
  } else {
    if (method === 'PUT') return update(core, request)
    if (method === 'PATCH') return patch(core, request)
    if (method === 'DELETE' && subresource === undefined) return remove(core, request)
  }
  throw methodNotAllowed(targetOf(resource), method)
}

/** The field manager and dry run of a request; throws 400. */
export function writerOf({ query, http, subresource }: ApiRequest): Writer {
  const dryRun = query.getAll('dryRun').filter((one) => one !== '')
  if (dryRun.some((one) => one !== 'All'))
    throw badRequest(`Invalid value: "${dryRun.join(',')}": dryRun: supported values: "All"`)
  const manager = query.get('fieldManager') || agentOf(http)
  if (manager.length > 128)
    throw badRequest(
      `fieldManager: Invalid value: "${manager.slice(0, 32)}…": may not be more than 128 bytes`,
    )
  return { manager, dryRun: dryRun.length > 0, ...(subresource ? { subresource } : {}) }
}

/** Without a fieldManager, what stands before the slash of the user agent. */
function agentOf(http: Request): string {
  const [agent = ''] = (http.headers.get('user-agent') ?? '').split('/')
  return agent.replace(/[^\x20-\x7e]/g, '').slice(0, 128) || 'unknown'
}

async function create(core: Core, request: ApiRequest): Promise<Response> {
  const { resource, query } = request
  const writer = writerOf(request)
  const object = identify(request, await objectBodyOf(request, resource.kind))
  const strict = (problem: string): Error => cannotBeHandled(resource, resource.kind, problem)
  const unknown = pruneUnknown(resource, object, fieldValidationOf(query), strict)
  const warnings = [...unknown, ...objectWarnings(resource, object)]
  return respondObject(core, request, createObject(core, resource, object, writer), { status: 201, warnings })
}

async function update(core: Core, request: ApiRequest): Promise<Response> {
  const { resource, query } = request
  const writer = writerOf(request)
  const next = identify(request, await objectBodyOf(request, resource.kind))
  const strict = (problem: string): Error => cannotBeHandled(resource, resource.kind, problem)
  const unknown = pruneUnknown(resource, next, fieldValidationOf(query), strict)
  const live = readAs(resource, storedOf(core, request))
  const warnings = [...unknown, ...objectWarnings(resource, next, live)]
  const object = updateObject(core, resource, { live, next }, { ...writer, replaces: true })
  return respondObject(core, request, object, { warnings })
}

async function patch(core: Core, request: ApiRequest): Promise<Response> {
  const { object, created, warnings } = await patchObject(core, request, writerOf(request))
  return respondObject(core, request, object, { status: created ? 201 : 200, warnings })
}

async function remove(core: Core, request: ApiRequest): Promise<Response> {
  const options = deleteOptionsOf(request.query, await bodyOf(request))
  const answer = deleteObject(core, request.resource, storedOf(core, request), options)
  return respondValue(request, answer)
}

async function deleteCollection(core: Core, request: ApiRequest): Promise<Response> {
  const { resource } = request
  const options = deleteOptionsOf(request.query, await bodyOf(request))
  const { objects, meta } = pageOf(core, request)
  for (const object of objects) {
    const { namespace = '', name } = object.metadata
    // One deletion may have taken another along.
    const current = core.store.get(resource.bucket, namespace, name)
    if (current) deleteObject(core, resource, current, options)
  }
  const items = objects.map((object) => readAs(resource, object))
  return respondValue(request, {
    kind: resource.listKind,
    apiVersion: resource.apiVersion,
    metadata: meta,
    items,
  })
}
