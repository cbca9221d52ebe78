import { mapBounded } from '#base'
import { parseConstraint, parseFilter, parseVersion, type Repository } from '#oci'
import { annotationNames } from './metadata.ts'

/** One row of `list artifacts`. */
export interface ListedArtifact {
  /** `<registry>/<repository>:<tag>`. */
  artifact: string
  tag: string
  digest: string
  source: string
  revision: string
}

export interface ListOptions {
  /** A Masterminds constraint; tags that are no versions are dropped. */
  semver?: string
  /** An RE2 expression, unanchored. */
  regex?: string
  /** Requests at once. */
  concurrency?: number
  signal?: AbortSignal
}

/**
 * The tagged artifacts of a repository, by tag in descending order of text. Tags of signatures and attestations, and the
 * referrers fallback tags, are left out. Throws `SEMVER_INVALID`, `FILTER_INVALID` and what the registry's client throws.
 */
export async function listArtifacts(
  repository: Repository,
  options: ListOptions = {},
): Promise<ListedArtifact[]> {
  const { concurrency = 8, signal } = options
  const accepts = filterOf(options)
  const tags = (await repository.tags(signal)).filter((tag) => !isAttachment(tag) && accepts(tag)).sort()
  const { registry, repository: name } = repository.reference
  return mapBounded(tags.reverse(), concurrency, async (tag) => {
    const { descriptor, manifest } = await repository.fetchManifest(tag, signal)
    const annotations = manifest.annotations ?? {}
    return {
      artifact: `${registry}/${name}:${tag}`,
      tag,
      digest: descriptor.digest,
      source: annotations[annotationNames.source] ?? '',
      revision: annotations[annotationNames.revision] ?? '',
    }
  })
}

function filterOf({ semver, regex }: ListOptions): (tag: string) => boolean {
  const constraint = semver === undefined || semver === '' ? undefined : parseConstraint(semver)
  const matches = regex === undefined || regex === '' ? () => true : parseFilter(regex)
  return (tag) => {
    if (!matches(tag)) return false
    if (!constraint) return true
    const version = parseVersion(tag)
    return version !== undefined && constraint.allows(version)
  }
}

function isAttachment(tag: string): boolean {
  return /\.(att|sbom|sig)$/.test(tag) || /^sha(256-[0-9a-f]{64}|512-[0-9a-f]{121})$/.test(tag)
}
