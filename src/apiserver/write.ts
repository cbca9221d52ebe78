import type { KubeObject } from '#api'
import { clone, formatTime } from '#base'
import { admit } from './admit.ts'
import { prepareBuiltin, setBuiltinDefaults } from './builtin/index.ts'
import type { Core } from './core.ts'
import { sameButTimes, setDefaults, trackUpdate } from './fields/index.ts'
import { createdMetadata, hasGeneration, specChanged, updatedMetadata } from './metadata.ts'
import { kindTargetOf, type Resource, readAs, storedForm, targetOf } from './resource.ts'
import { alreadyExists, conflict, invalid, modified } from './status-error.ts'
import { validateObject } from './validate.ts'

/** Who writes, and how. */
export interface Writer {
  manager: string
  dryRun?: boolean
  subresource?: 'status' | 'scale' | 'finalize'
  /** The object carries the managedFields that a server-side apply has made. */
  applied?: boolean
  /** The object is a whole one that a client has sent. */
  replaces?: boolean
  /** The object is made by this server from others that are stored: neither defaults nor validation have to be run again. */
  trusted?: boolean
}

/**
 * Creates an object: fills in, defaults, validates and stores it; returns it in the resource's version.
 * The object must be the caller's own, as it is changed in place. Throws what the API answers.
 */
export function createObject(core: Core, resource: Resource, object: KubeObject, writer: Writer): KubeObject {
  const now = formatTime(core.clock.now())
  object.metadata = createdMetadata(resource, object.metadata, now)
  if (object.metadata.name === '') throw nameless(resource)
  if (resource.hasStatus) delete object['status']
  if (!writer.trusted) complete(resource, object, true)
  if (!writer.applied) trackManager(resource, object, undefined, { ...writer, now })
  admit(core, resource, object)
  if (!writer.trusted) validateObject(resource, object)
  const { namespace = '', name } = object.metadata
  if (core.store.get(resource.bucket, namespace, name)) throw alreadyExists(targetOf(resource), name)
  return writer.dryRun
    ? object
    : readAs(resource, core.store.put(resource.bucket, storedForm(resource, object)))
}

/**
 * Replaces `live` by `next` (both in the resource's version; `next` must be the caller's own) and returns what is then
 * stored. What the server or another subresource owns stays; nothing is written when nothing changes.
 */
export function updateObject(
  core: Core,
  resource: Resource,
  change: { live: KubeObject; next: KubeObject },
  writer: Writer,
): KubeObject {
  const { live } = change
  checkPreconditions(resource, live, change.next)
  if (writer.replaces) checkVersioned(resource, change.next)
  const next = merged(resource, live, change.next, writer)
  if (!writer.trusted) complete(resource, next, false)
  const now = formatTime(core.clock.now())
  if (!writer.applied) trackManager(resource, next, live, { ...writer, now })
  if (!writer.trusted) {
    admit(core, resource, next, live)
    validateObject(resource, next, live)
  }
  if (hasGeneration(resource) && specChanged(resource, live, next))
    next.metadata.generation = (live.metadata.generation ?? 0) + 1
  if (sameButTimes(next, live)) return live
  if (writer.dryRun) return next
  return readAs(resource, settle(core, resource, next))
}

/** Stores an object, or removes it when it was only waiting for its last finalizer. */
export function settle(core: Core, resource: Resource, object: KubeObject): KubeObject {
  const stored = storedForm(resource, object)
  if (isHeld(object)) return core.store.put(resource.bucket, stored)
  return core.store.remove(resource.bucket, object.metadata, stored) ?? stored
}

/** Whether an object lives on: it is not being deleted, or something still has to be done before it goes. */
export function isHeld({ metadata, kind, apiVersion, spec }: KubeObject): boolean {
  if (!metadata.deletionTimestamp || (metadata.finalizers ?? []).length > 0) return true
  const { finalizers } = (spec ?? {}) as { finalizers?: unknown[] }
  return kind === 'Namespace' && apiVersion === 'v1' && (finalizers ?? []).length > 0
}

function complete(resource: Resource, object: KubeObject, isCreate: boolean): void {
  if (resource.builtin) prepareBuiltin(resource.builtin, object)
  setDefaults(resource.schema(), object)
  if (resource.builtin) setBuiltinDefaults(resource.builtin, object, isCreate)
}

const identifying = new Set(['apiVersion', 'kind', 'metadata'])

/** Parts that two states share by reference need not be compared. */
function without(object: KubeObject, keys: readonly string[]): KubeObject {
  if (keys.length === 0) return object
  const copy = { ...object }
  for (const key of keys) delete copy[key]
  return copy
}

function trackManager(
  resource: Resource,
  after: KubeObject,
  before: KubeObject | undefined,
  { manager, subresource, now }: Writer & { now: string },
): void {
  // What the defaults put into a status that is not written here belongs to nobody.
  const { status: _status, ...rest } = after
  const visible: KubeObject = !before && resource.hasStatus ? rest : after
  const same = Object.keys(visible).filter((key) => before?.[key] === visible[key] && !identifying.has(key))
  const fields = trackUpdate({
    schema: resource.schema(),
    after: without(visible, same),
    manager,
    now,
    ...(before ? { before: without(before, same) } : {}),
    ...(subresource ? { subresource } : {}),
    hasStatus: resource.hasStatus,
  })
  if (fields.length > 0) after.metadata.managedFields = fields
  else delete after.metadata.managedFields
}

function checkPreconditions(
  resource: Resource,
  { metadata: live }: KubeObject,
  { metadata }: KubeObject,
): void {
  const { uid, resourceVersion } = metadata
  if (uid && uid !== live.uid) {
    throw conflict(
      targetOf(resource),
      live.name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.uid}`,
    )
  }
  if (resourceVersion && resourceVersion !== '0' && resourceVersion !== live.resourceVersion)
    throw modified(targetOf(resource), live.name)
}

function nameless(resource: Resource): Error {
  return invalid(kindTargetOf(resource), '', [
    {
      field: 'metadata.name',
      reason: 'FieldValueRequired',
      message: 'Required value: name or generateName is required',
    },
  ])
}

/** Custom objects are never replaced blindly. */
function checkVersioned(resource: Resource, { metadata }: KubeObject): void {
  if (!resource.custom || metadata.resourceVersion) return
  throw invalid(kindTargetOf(resource), metadata.name, [
    {
      field: 'metadata.resourceVersion',
      reason: 'FieldValueInvalid',
      message: 'Invalid value: 0: must be specified for an update',
    },
  ])
}

/** Each subresource may change its own part only. */
function merged(resource: Resource, live: KubeObject, next: KubeObject, writer: Writer): KubeObject {
  const { subresource, trusted } = writer
  const metadata = updatedMetadata(live.metadata, next.metadata)
  if (subresource === 'status') {
    const own = resource.custom
      ? { ...clone(live.metadata), ...ownManagedFields(next) }
      : { ...metadata, ...(resource.bucket === 'apps/deployments' ? labelsOf(live) : {}) }
    const { status: _old, ...rest } = trusted ? live : clone(live)
    return { ...rest, metadata: own, ...(next['status'] === undefined ? {} : { status: next['status'] }) }
  }
  const { status: _ignored, ...rest } = next
  const object: KubeObject = resource.hasStatus
    ? {
        ...rest,
        metadata,
        ...(live['status'] === undefined ? {} : { status: trusted ? live['status'] : clone(live['status']) }),
      }
    : { ...next, metadata }
  if (resource.bucket === '/namespaces' && subresource !== 'finalize') object['spec'] = clone(live['spec'])
  return object
}

function ownManagedFields({ metadata }: KubeObject): Partial<KubeObject['metadata']> {
  return metadata.managedFields ? { managedFields: metadata.managedFields } : {}
}

function labelsOf({ metadata }: KubeObject): Partial<KubeObject['metadata']> {
  return metadata.labels ? { labels: { ...metadata.labels } } : {}
}
