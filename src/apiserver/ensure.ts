import type { KubeObject } from '#api'
import { clone, SluiceError } from '#base'
import type { Core } from './core.ts'
import { type Resource, readAs } from './resource.ts'
import { createObject, updateObject, type Writer } from './write.ts'

/** The resource of a built-in object that this server makes itself; throws `KIND_UNKNOWN`. */
export function resourceFor(core: Core, { apiVersion, kind }: KubeObject): Resource {
  const resource = core.resources.findKind(apiVersion, kind)
  if (resource) return resource
  throw new SluiceError(
    'KIND_UNKNOWN',
    `Cannot write ${kind}: found no such kind in ${apiVersion}, wanted one that is served`,
  )
}

/** The object with this one's name as it is stored, created if it is not there. */
export function ensureObject(core: Core, object: KubeObject, writer: Writer): KubeObject {
  const resource = resourceFor(core, object)
  const { namespace = '', name } = object.metadata
  return (
    core.store.get(resource.bucket, namespace, name) ?? createObject(core, resource, clone(object), writer)
  )
}

/**
 * Writes what `change` makes of an object as it is stored now, and gives back what is then stored. Nothing is written
 * without a change, or when the object is gone. What is stored is frozen: `change` spreads it.
 */
export function changeObject(
  core: Core,
  object: KubeObject,
  change: (stored: KubeObject) => KubeObject,
  writer: Writer,
): KubeObject {
  const resource = resourceFor(core, object)
  const { namespace = '', name, uid } = object.metadata
  const stored = core.store.get(resource.bucket, namespace, name)
  if (stored?.metadata.uid !== uid || !stored) return object
  const live = readAs(resource, stored)
  return updateObject(
    core,
    resource,
    { live, next: writer.trusted ? change(live) : clone(change(live)) },
    writer,
  )
}
