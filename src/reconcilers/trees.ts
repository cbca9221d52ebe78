import type { Artifact } from '#api'
import { type ArtifactStore, fetchArtifact } from '#artifact'
import { type Fetch, type FileTree, isCode, messageOf, SluiceError } from '#base'

export interface TreesOptions {
  store: ArtifactStore
  /** For artifacts that another process serves. */
  fetch: Fetch
  /** Bytes of unpacked files held in memory. */
  budget?: number
}

/**
 * Opens artifacts as trees and keeps the last ones by digest, so that many consumers of one artifact unpack it once.
 * Throws `ARTIFACT_UNAVAILABLE` when it cannot be had or has another digest than it should.
 */
export function createTrees({
  store,
  fetch,
  budget = 64 * 1024 * 1024,
}: TreesOptions): (artifact: Artifact) => Promise<FileTree> {
  const kept = new Map<string, Promise<FileTree>>()
  const sizes = new Map<string, number>()
  const shrink = (newest: string): void => {
    let total = [...sizes.values()].reduce((sum, size) => sum + size, 0)
    for (const [key, size] of sizes) {
      if (total <= budget || key === newest) return
      total -= size
      sizes.delete(key)
      kept.delete(key)
    }
  }
  return (artifact) => {
    const key = artifact.digest ?? artifact.url
    const known = kept.get(key)
    if (known) return known
    const opening = open(artifact, store, fetch)
    kept.set(key, opening)
    opening.then(
      (tree) => {
        sizes.set(key, tree.size)
        shrink(key)
      },
      () => kept.delete(key),
    )
    return opening
  }
}

async function open(artifact: Artifact, store: ArtifactStore, fetch: Fetch): Promise<FileTree> {
  try {
    if (artifact.digest === undefined)
      throw new SluiceError('DIGEST_MISMATCH', `${artifact.url} has no digest to check it by`)
    return await store.openTree(artifact)
  } catch (error) {
    if (!isCode(error, 'ARTIFACT_MISSING')) throw unavailable(error)
  }
  try {
    return await fetchArtifact(fetch, artifact)
  } catch (error) {
    throw unavailable(error)
  }
}

function unavailable(error: unknown): SluiceError {
  return new SluiceError('ARTIFACT_UNAVAILABLE', `failed to fetch artifact: ${messageOf(error)}`, {
    cause: error,
    retryable: true,
  })
}
