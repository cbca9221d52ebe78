import type { Artifact, OCIRepository } from '#api'
import {
  type ArtifactStore,
  type PulledArtifact,
  pullArtifact,
  repack,
  sourcePatterns,
  unpack,
  withoutIgnored,
} from '#artifact'
import { isCode, messageOf, SluiceError } from '#base'
import type { Repository } from '#oci'
import { ownerOf } from './owner.ts'
import { pullError, type Resolved } from './resolve.ts'

export interface FetchOptions {
  repository: Repository
  resolved: Resolved
  store: ArtifactStore
  signal: AbortSignal
}

/**
 * Pulls the resolved digest and stores its layer: as it is (`copy`), or its files less the ignored ones, packed anew
 * (`extract`). Throws `SOURCE_PULL_FAILED`, `SOURCE_LAYER_FAILED` or `SOURCE_STORE_FAILED`.
 */
export async function fetchArtifact(object: OCIRepository, options: FetchOptions): Promise<Artifact> {
  const { resolved, store } = options
  const pulled = await pull(object, options)
  const content =
    object.spec.layerSelector?.operation === 'copy' ? pulled.open() : await extract(object, pulled)
  try {
    const metadata = pulled.manifest.annotations ?? {}
    return await store.save(ownerOf(object), {
      revision: resolved.revision,
      fileName: `${resolved.digest}.tar.gz`,
      content,
      metadata,
    })
  } catch (error) {
    if (isRegistryError(error)) throw pullFailed(object, error)
    throw new SluiceError('SOURCE_STORE_FAILED', `failed to store artifact: ${messageOf(error)}`, {
      cause: error,
      retryable: true,
    })
  }
}

async function pull(
  object: OCIRepository,
  { repository, resolved, signal }: FetchOptions,
): Promise<PulledArtifact> {
  const mediaType = object.spec.layerSelector?.mediaType
  try {
    return await pullArtifact(repository, resolved.digest, {
      signal,
      ...(mediaType === undefined ? {} : { mediaType }),
    })
  } catch (error) {
    if (isCode(error, 'LAYER_NOT_FOUND'))
      throw new SluiceError('SOURCE_LAYER_FAILED', error.message, { cause: error })
    if (isCode(error, 'MANIFEST_INVALID'))
      throw new SluiceError('SOURCE_LAYER_FAILED', `failed to parse artifact manifest: ${error.message}`, {
        cause: error,
      })
    throw pullFailed(object, error)
  }
}

async function extract(object: OCIRepository, pulled: PulledArtifact): Promise<Uint8Array> {
  try {
    const tree = await unpack(pulled.open())
    return await repack(withoutIgnored(tree, sourcePatterns(tree, object.spec.ignore)))
  } catch (error) {
    if (isRegistryError(error)) throw pullFailed(object, error)
    throw new SluiceError(
      'SOURCE_LAYER_FAILED',
      `failed to extract layer contents from artifact: ${messageOf(error)}`,
      { cause: error },
    )
  }
}

// What the registry did wrong, as against what is wrong with the content.
function isRegistryError(error: unknown): boolean {
  return (
    error instanceof SluiceError &&
    (error.retryable ||
      isCode(error, 'BLOB_UNKNOWN', 'MANIFEST_UNKNOWN', 'DIGEST_MISMATCH', 'UNAUTHORIZED', 'DENIED'))
  )
}

function pullFailed({ spec }: OCIRepository, error: unknown): SluiceError {
  return pullError(`failed to pull artifact from '${spec.url}': ${messageOf(error)}`, error)
}
