import type { KubeObject } from '#api'
import { isCode } from '#base'
import type { Cluster, ObjectRef } from './cluster.ts'

/** The object, or undefined when it (or its whole kind) is not there. */
export async function find(cluster: Pick<Cluster, 'get'>, ref: ObjectRef): Promise<KubeObject | undefined> {
  try {
    return await cluster.get(ref)
  } catch (error) {
    // A kind that is gone took its objects with it.
    if (isCode(error, 'KUBE_NOT_FOUND', 'KUBE_KIND_UNKNOWN')) return undefined
    throw error
  }
}
