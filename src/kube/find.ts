import type { KubeObject } from '#api'
import { isCode } from '#base'
import type { Cluster, ObjectRef } from './cluster.ts'
import type { Resource } from './discovery.ts'

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

/** How the cluster serves a kind, or undefined when it does not. */
export async function findResource(
  cluster: Pick<Cluster, 'resourceOf'>,
  { apiVersion, kind }: { apiVersion: string; kind: string },
): Promise<Resource | undefined> {
  try {
    return await cluster.resourceOf(apiVersion, kind)
  } catch (error) {
    if (isCode(error, 'KUBE_KIND_UNKNOWN')) return undefined
    throw error
  }
}
