import type { KindRef, WriteOptions } from './cluster.ts'
import { basePath, type Resource } from './discovery.ts'

/** The path of a kind's collection, in a namespace where it has one. */
export function collectionPath(resource: Resource, namespace: string | undefined): string {
  const scope = resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  return `${basePath(resource.apiVersion)}${scope}/${resource.plural}`
}

/** The query parameters that select objects. */
export function selectors({ labelSelector, fieldSelector }: KindRef): Record<string, string> {
  return { ...(labelSelector ? { labelSelector } : {}), ...(fieldSelector ? { fieldSelector } : {}) }
}

/** The query parameters of a write. */
export function writeQuery({ manager, dryRun }: WriteOptions): Record<string, string> {
  return { fieldManager: manager, ...(dryRun ? { dryRun: 'All' } : {}) }
}
