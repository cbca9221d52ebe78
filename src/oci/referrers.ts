import { type Digest, isCode, isDigest, isObject, SluiceError } from '#base'
import { readPages } from './page.ts'
import type { Repository } from './repository.ts'
import { type Descriptor, type Index, isIndex, mediaTypes } from './spec.ts'
import type { RegistryResponse } from './transport.ts'

export interface ReferrersOptions {
  artifactType?: string
  signal?: AbortSignal
}

/** The tag that lists referrers where the registry has no API for them (distribution-spec, "Referrers Tag Schema"). */
export function fallbackTag(digest: Digest): string {
  return digest.replace(':', '-').slice(0, 128)
}

/**
 * What refers to `digest`. The artifact type is a hint by which the registry may narrow the answer; it is applied here too,
 * except to entries of the fallback tag, whose writers are known to get it wrong.
 */
export async function listReferrers(
  repository: Repository,
  digest: Digest,
  options: ReferrersOptions = {},
): Promise<Descriptor[]> {
  const { artifactType, signal } = options
  const { reference, transport } = repository
  const query = artifactType === undefined ? '' : `?${new URLSearchParams({ artifactType }).toString()}`
  const send = (path: string): Promise<RegistryResponse> =>
    transport.send({
      registry: reference.registry,
      repository: reference.repository,
      method: 'GET',
      path,
      headers: { accept: mediaTypes.index },
      scopes: [`repository:${reference.repository}:pull`],
      expect: [200],
      missing: 'REFERRERS_UNSUPPORTED',
      ...(signal ? { signal } : {}),
    })
  try {
    const path = `/v2/${reference.repository}/referrers/${digest}${query}`
    const found = await readPages(path, `referrers of ${digest}`, send, readDescriptors)
    return found.filter((entry) => artifactType === undefined || entry.artifactType === artifactType)
  } catch (error) {
    const unsupported =
      isCode(error, 'REFERRERS_UNSUPPORTED', 'UNSUPPORTED', 'LISTING_INVALID') ||
      (error instanceof SluiceError && [404, 405, 501].includes(Number(error.details.status)))
    if (!unsupported) throw error
    return (await readFallback(repository, digest, signal))?.manifests ?? []
  }
}

/** Adds an entry to the fallback tag's index, which is created when there is none. */
export async function addFallbackReferrer(
  repository: Repository,
  subject: Digest,
  entry: Descriptor,
  signal?: AbortSignal,
): Promise<void> {
  const index = await readFallback(repository, subject, signal)
  const others = index?.manifests.filter(({ digest }) => digest !== entry.digest) ?? []
  const next: Index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [...others, entry] }
  const bytes = new TextEncoder().encode(JSON.stringify(next))
  await repository.putManifest(fallbackTag(subject), bytes, signal ? { signal } : {})
}

async function readFallback(
  repository: Repository,
  digest: Digest,
  signal?: AbortSignal,
): Promise<Index | undefined> {
  try {
    const { manifest } = await repository.fetchManifest(fallbackTag(digest), signal)
    // GitLab answers this tag with the subject itself, which is no list of anything.
    return isIndex(manifest) ? manifest : undefined
  } catch (error) {
    if (isCode(error, 'MANIFEST_UNKNOWN', 'NAME_UNKNOWN')) return undefined
    throw error
  }
}

function readDescriptors(page: Record<string, unknown>): Descriptor[] {
  if (!Array.isArray(page.manifests))
    throw new SluiceError(
      'LISTING_INVALID',
      'Cannot read referrers: found no list of manifests, wanted an index',
    )
  return page.manifests.filter(
    (entry: unknown): entry is Descriptor =>
      isObject(entry) && typeof entry.digest === 'string' && isDigest(entry.digest),
  )
}
