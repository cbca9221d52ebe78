import type { OCIRepositorySpec } from '#api'
import { type Digest, isDigest, messageOf, SluiceError } from '#base'
import { type Repository, resolveSemver } from '#oci'

/** What an OCIRepository's `ref` means right now. */
export interface Resolved {
  digest: Digest
  /** Present when a tag was resolved. */
  tag?: string
  /** RFC-0005 of Flux: `<tag>@<digest>`, or the digest alone. */
  revision: string
}

const chartLayer = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip'

/** Resolves digest, semver range or tag (in that order of precedence; `latest` without any). */
export async function resolveRevision(
  { url, ref = {}, layerSelector }: OCIRepositorySpec,
  repository: Repository,
  signal: AbortSignal,
): Promise<Resolved> {
  if (ref.digest) {
    if (!isDigest(ref.digest))
      throw pullError(
        `failed to determine artifact digest: found "${ref.digest}", wanted sha256:<64 hex digits>`,
      )
    return { digest: ref.digest, revision: ref.digest }
  }
  const isChart = layerSelector?.mediaType === chartLayer
  const tag = ref.semver
    ? await newestTag(repository, { url, range: ref.semver, filter: ref.semverFilter, isChart, signal })
    : ref.tag || 'latest'
  try {
    const { digest } = await repository.resolve(tag, signal)
    return { digest, tag, revision: `${tag}@${digest}` }
  } catch (error) {
    throw pullError(`failed to determine artifact digest: ${messageOf(error)}`, error)
  }
}

async function newestTag(
  repository: Repository,
  query: { url: string; range: string; filter: string | undefined; isChart: boolean; signal: AbortSignal },
): Promise<string> {
  try {
    const tags = await repository.tags(query.signal)
    // A chart's version may have a `+`, which a tag may not: Helm writes it as `_`.
    const versions = query.isChart ? tags.map((tag) => tag.replaceAll('_', '+')) : tags
    const version = resolveSemver(versions, query.range, query.filter)
    return query.isChart ? version.replaceAll('+', '_') : version
  } catch (error) {
    throw new SluiceError(
      'SOURCE_TAG_UNRESOLVED',
      `failed to determine the artifact tag for '${query.url}': ${messageOf(error)}`,
      { cause: error, retryable: true },
    )
  }
}

/** The error for anything that goes wrong between us and the registry. */
export function pullError(message: string, cause?: unknown): SluiceError {
  return new SluiceError('SOURCE_PULL_FAILED', message, { cause, retryable: true })
}
