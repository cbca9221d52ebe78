import type { KubeObject } from '#api'
import { clone, isObject, mergePatch } from '#base'
import { formatSelector } from './columns/column.ts'
import type { Core } from './core.ts'
import { jsonPatch } from './fields/index.ts'
import { numberAt, textAt, valueAt, withValue } from './paths.ts'
import { storedOf } from './read.ts'
import { type ApiRequest, bodyOf, mediaTypeOf } from './request.ts'
import { type Resource, readAs, targetOf } from './resource.ts'
import { badRequest, invalid, methodNotAllowed, modified, unsupportedMediaType } from './status-error.ts'
import { updateObject, type Writer } from './write.ts'

/** The scale subresource: the replica count of any scalable kind as one autoscaling/v1 Scale. */
export async function scaleObject(core: Core, request: ApiRequest, writer: Writer): Promise<KubeObject> {
  const { resource, http } = request
  if (http.method === 'GET' || http.method === 'HEAD')
    return scaleOf(resource, readAs(resource, storedOf(core, request)))
  if (http.method !== 'PUT' && http.method !== 'PATCH')
    throw methodNotAllowed(targetOf(resource), http.method)
  const body = await bodyOf(request)
  const live = readAs(resource, storedOf(core, request))
  const current = scaleOf(resource, live)
  const wanted = http.method === 'PUT' ? body : patchedScale(mediaTypeOf(http), current, body)
  if (!isObject(wanted)) throw badRequest('the object provided is unrecognized (must be of type Scale)')
  const version = textAt(wanted, 'metadata.resourceVersion')
  if (version && version !== live.metadata.resourceVersion)
    throw modified(targetOf(resource), live.metadata.name)
  const replicas = valueAt(wanted, 'spec.replicas') ?? 0
  if (typeof replicas !== 'number' || !Number.isInteger(replicas) || replicas < 0) {
    throw invalid({ group: 'autoscaling', resource: 'Scale' }, live.metadata.name, [
      {
        field: 'spec.replicas',
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${JSON.stringify(replicas)}: must be greater than or equal to 0`,
      },
    ])
  }
  const next = withValue(clone(live), resource.scale?.spec ?? 'spec.replicas', replicas)
  return scaleOf(resource, updateObject(core, resource, { live, next }, { ...writer, subresource: 'scale' }))
}

function patchedScale(type: string, current: KubeObject, patch: unknown): unknown {
  if (type === 'application/json-patch+json') return jsonPatch(current, patch)
  // A Scale has no lists, so that a strategic merge is a merge.
  if (type === 'application/merge-patch+json' || type === 'application/strategic-merge-patch+json')
    return mergePatch(current, patch)
  throw unsupportedMediaType('application/json-patch+json', 'application/merge-patch+json')
}

function scaleOf({ scale }: Resource, object: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const selector = scale?.selector ? valueAt(object, scale.selector) : undefined
  const text = typeof selector === 'string' ? selector : selector ? formatSelector(selector) : ''
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    },
    spec: { replicas: numberAt(object, scale?.spec ?? '') },
    status: { replicas: numberAt(object, scale?.status ?? ''), ...(text ? { selector: text } : {}) },
  }
}
