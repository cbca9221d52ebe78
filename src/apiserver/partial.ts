import type { KubeObject } from '#api'

/** An object's metadata alone. */
export function partialOf({ metadata }: KubeObject): KubeObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }
}
