import type { KubeObject } from '#api'
import { keyOf } from './bucket.ts'
import { formatContinue, parseContinue } from './continue.ts'
import type { Core } from './core.ts'
import { checkListOptions } from './list-options.ts'
import { partialOf } from './partial.ts'
import { type ApiRequest, numberOf } from './request.ts'
import { readAs, targetOf } from './resource.ts'
import { respondObject, respondText, respondValue } from './respond.ts'
import { type Matcher, parseFieldSelector, parseLabelSelector } from './selectors.ts'
import { badRequest, expired, notFound, revisionTooLarge } from './status-error.ts'
import { tableOf } from './table.ts'

interface ListMeta {
  resourceVersion: string
  continue?: string
  remainingItemCount?: number
}

/** The object that a request names, as it is stored; throws 404. */
export function storedOf(core: Core, { resource, namespace = '', name = '' }: ApiRequest): KubeObject {
  const stored = core.store.get(resource.bucket, namespace, name)
  if (!stored) throw notFound(targetOf(resource), name)
  return stored
}

/** GET of one object. */
export function getObject(core: Core, request: ApiRequest): Response {
  return respondObject(core, request, readAs(request.resource, storedOf(core, request)))
}

/** Which stored objects a request selects. */
export function matcherOf({ resource, query, name }: ApiRequest): Matcher {
  const labels = query.get('labelSelector')
  const fields = query.get('fieldSelector')
  const byLabel = labels ? parseLabelSelector(labels) : undefined
  const byField = fields ? parseFieldSelector(resource, fields) : undefined
  return (object) =>
    (name === undefined || object.metadata.name === name) &&
    (byLabel?.(object.metadata.labels ?? {}) ?? true) &&
    (byField?.(object) ?? true)
}

/** GET of a collection: one page of a consistent list. */
export function listObjects(core: Core, request: ApiRequest): Response {
  const { resource, accept } = request
  const { objects, meta } = pageOf(core, request)
  if (accept.as === 'table') return respondValue(request, tableOf(core, request, objects, meta))
  if (accept.as === 'partial') {
    const items = objects.map((object) => partialOf(object))
    const list = { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata: meta, items }
    return respondValue(request, list)
  }
  const head = { kind: resource.listKind, apiVersion: resource.apiVersion, metadata: meta }
  if (accept.format === 'yaml')
    return respondValue(request, { ...head, items: objects.map((object) => readAs(resource, object)) })
  const items = objects.map((object) =>
    resource.conversion ? JSON.stringify(readAs(resource, object)) : core.jsonOf(object),
  )
  return respondText(`${JSON.stringify(head).slice(0, -1)},"items":[${items.join(',')}]}`)
}

/** The stored objects of the page that a request asks for. */
export function pageOf(core: Core, request: ApiRequest): { objects: KubeObject[]; meta: ListMeta } {
  const { resource, namespace, query } = request
  checkListOptions(query)
  const token = query.get('continue') ? parseContinue(query.get('continue') ?? '') : undefined
  const limit = numberOf(query, 'limit') ?? 0
  const revision = token?.revision ?? exactRevisionOf(core, query)
  const state =
    revision === undefined
      ? core.store.list(resource.bucket, namespace)
      : core.store.listAt(resource.bucket, revision, namespace)
  if (!state) {
    throw expired(
      token
        ? 'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.'
        : 'The resourceVersion for the provided list is too old.',
    )
  }
  const matches = matcherOf(request)
  const shown = revision ?? core.store.revision
  const found = state.filter((object) => (!token || keyOf(object) > token.after) && matches(object))
  const objects = limit > 0 ? found.slice(0, limit) : found
  const last = objects.at(-1)
  const left = found.length - objects.length
  const selecting = query.get('labelSelector') || query.get('fieldSelector')
  return {
    objects,
    meta: {
      resourceVersion: String(shown),
      ...(left > 0 && last ? { continue: formatContinue({ revision: shown, after: keyOf(last) }) } : {}),
      ...(left > 0 && !selecting ? { remainingItemCount: left } : {}),
    },
  }
}

function exactRevisionOf(core: Core, query: URLSearchParams): number | undefined {
  const match = query.get('resourceVersionMatch')
  const version = query.get('resourceVersion')
  if (version === null || version === '' || version === '0') return undefined
  const revision = parseRevision(version)
  if (revision > core.store.revision) throw revisionTooLarge(version, core.store.revision)
  return match === 'Exact' ? revision : undefined
}

/** A resourceVersion of this server; throws 400. */
export function parseRevision(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw badRequest(`invalid resource version: strconv.ParseUint: parsing "${text}": invalid syntax`)
}
