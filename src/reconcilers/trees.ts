import type { Artifact } from '#api'
import { type ArtifactStore, unpack } from '#artifact'
import { createDigester, type Fetch, type FileTree, limits, messageOf, SluiceError } from '#base'

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
export function createTrees({ store, fetch, budget = 64 * 1024 * 1024 }: TreesOptions): (artifact: Artifact) => Promise<FileTree> {
  const kept = new Map<string, Promise<FileTree>>()
  const sizes = new Map<string, number>()
  const forget = (key: string): void => {
    kept.delete(key)
    sizes.delete(key)
  }
  return (artifact) => {
    const key = `${artifact.digest ?? ''} ${artifact.url}`
    const known = kept.get(key)
    const opening = known ?? open(artifact, store, fetch)
    kept.delete(key)
    kept.set(key, opening)
    if (known) return known
    opening.then(
      (tree) => {
        sizes.set(key, tree.size)
        let total = [...sizes.values()].reduce((sum, size) => sum + size, 0)
        for (const [oldest, size] of sizes) {
          if (total <= budget || oldest === key) break
          total -= size
          forget(oldest)
        }
      },
      () => forget(key),
    )
    return opening
  }
}

async function open(artifact: Artifact, store: ArtifactStore, fetch: Fetch): Promise<FileTree> {
  try {
    const bytes = (await store.read(artifact)) ?? download(artifact, fetch)
    return await unpack(checked(bytes, artifact), { what: `artifact ${artifact.path}` })
  } catch (error) {
    throw new SluiceError('ARTIFACT_UNAVAILABLE', `failed to fetch artifact: ${messageOf(error)}`, { cause: error, retryable: true })
  }
}

async function* download({ url }: Artifact, fetch: Fetch): AsyncGenerator<Uint8Array> {
  const response = await fetch({ method: 'GET', url })
  if (response.status !== 200) {
    await response.cancel()
    throw new SluiceError('ARTIFACT_UNAVAILABLE', `${url} answered ${response.status}, wanted 200`, { retryable: true })
  }
  yield* response.body
}

async function* checked(bytes: AsyncIterable<Uint8Array>, { digest, url }: Artifact): AsyncGenerator<Uint8Array> {
  if (digest === undefined) throw new SluiceError('ARTIFACT_UNAVAILABLE', `${url} has no digest to check it by`)
  const digester = createDigester(digest.split(':')[0])
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.byteLength
    if (size > limits.layerBytes) throw new SluiceError('LIMIT_EXCEEDED', `Cannot read ${url}: found more than ${limits.layerBytes} bytes`)
    digester.update(chunk)
    yield chunk
  }
  const found = digester.digest()
  if (found !== digest) throw new SluiceError('DIGEST_MISMATCH', `Cannot use ${url}: found ${found}, wanted ${digest}`)
}
