import type { OCIRepository } from '#api'
import type { ArtifactOwner } from '#artifact'

/** The owner under which an object's artifacts are stored. */
export function ownerOf({ kind, metadata }: OCIRepository): ArtifactOwner {
  return { kind, namespace: metadata.namespace ?? '', name: metadata.name }
}
