import { type Fetch, type FileTree, limits, SluiceError } from '#base'
import { checked } from './checked.ts'
import { unpack } from './unpack.ts'

/**
 * Gets an artifact from the server that its `url` names, checked against its digest. Throws `ARTIFACT_MISSING` (the producer
 * has replaced it, or is not ready), `ARTIFACT_UNAVAILABLE`, `DIGEST_MISMATCH` and what unpacking throws.
 */
export async function fetchArtifact(
  fetch: Fetch,
  artifact: { url: string; digest?: string },
  signal?: AbortSignal,
): Promise<FileTree> {
  const { url, digest } = artifact
  const response = await fetch({ method: 'GET', url, ...(signal ? { signal } : {}) })
  if (response.status !== 200) {
    await response.cancel()
    throw new SluiceError(
      response.status === 404 ? 'ARTIFACT_MISSING' : 'ARTIFACT_UNAVAILABLE',
      `Cannot fetch ${url}: found status ${response.status}, wanted 200`,
      { retryable: true, details: { status: response.status } },
    )
  }
  const size = Number(response.header('content-length') ?? 0)
  if (size > limits.layerBytes) {
    await response.cancel()
    throw new SluiceError(
      'LIMIT_EXCEEDED',
      `Cannot fetch ${url}: found ${size} bytes, wanted at most ${limits.layerBytes}`,
    )
  }
  return unpack(checked(response.body, digest, url), { what: url })
}
