import {
  type Artifact,
  type OCIRepository,
  type OCIRepositoryStatus,
  originRevision,
  originSource,
  requestedAt,
} from '#api'
import type { ArtifactStore, CollectOptions } from '#artifact'
import { equal, messageOf, parseDuration, SluiceError } from '#base'
import { parseRepository, type Repository } from '#oci'
import type { EventFact, Fact, Outcome } from '#runtime'
import { fetchArtifact } from './fetch.ts'
import { ownerOf } from './owner.ts'
import { type Resolved, resolveRevision } from './resolve.ts'

/** What reconciling an OCIRepository needs of the world. */
export interface OCIRepositoryDeps {
  store: ArtifactStore
  retention: CollectOptions
  /** Opens the repository with the object's credentials; throws `SOURCE_CREDENTIALS_FAILED`. */
  openRepository(object: OCIRepository): Promise<Repository>
}

type Facts = AsyncGenerator<Fact<OCIRepositoryStatus>, Outcome, void>

/** One look at a registry: resolve, and when something is new fetch and store it. */
export async function* reconcileOCIRepository(
  object: OCIRepository,
  deps: OCIRepositoryDeps,
  stopping: AbortSignal,
): Facts {
  const { spec, status } = object
  checkUrl(spec.url)
  checkSupported(object)
  const { metadata } = object
  const isNewGeneration =
    (status?.observedGeneration ?? -1) >= 0 && status?.observedGeneration !== metadata.generation
  if (isNewGeneration)
    yield {
      progress: `processing object: new generation ${status?.observedGeneration} -> ${metadata.generation}`,
    }
  else yield { progress: 'building artifact' }

  // Flux bounds only some of its requests by this; a registry that hangs must not hold a worker for ever.
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(parseDuration(spec.timeout ?? '60s'))])
  const repository = await deps.openRepository(object)
  const resolved = await resolveRevision(spec, repository, signal)
  const stored = status?.artifact
  if (stored && isUpToDate(object, resolved) && (await deps.store.verify(stored))) {
    yield {
      // The address may be another one since a restart; the content is the same.
      status: {
        artifact: { ...stored, url: deps.store.urlOf(stored.path) },
        url: deps.store.latestUrl(ownerOf(object)),
      },
      clear: failureConditions,
      ...(wasAsked(object) ? { event: upToDate(stored) } : {}),
    }
    return outcomeOf(object, stored.revision)
  }
  yield {
    progress: `building artifact: new revision '${resolved.revision}' for '${referenceOf(spec.url, resolved)}'`,
  }
  const artifact = await fetchArtifact(object, { repository, resolved, store: deps.store, signal })
  yield {
    status: {
      artifact,
      url: deps.store.latestUrl(ownerOf(object)),
      observedIgnore: spec.ignore,
      observedLayerSelector: spec.layerSelector,
    },
    clear: failureConditions,
    conditions: [
      {
        type: 'ArtifactInStorage',
        status: 'True',
        reason: 'Succeeded',
        message: storedMessage(artifact.revision),
      },
    ],
    ...eventFor(object, artifact),
  }
  await deps.store.collect(ownerOf(object), artifact.path, deps.retention)
  return outcomeOf(object, artifact.revision)
}

function referenceOf(url: string, { tag, digest }: Resolved): string {
  return `${url.slice('oci://'.length)}${tag === undefined ? `@${digest}` : `:${tag}`}`
}

const failureConditions = ['FetchFailed', 'ArtifactOutdated', 'StorageOperationFailed', 'SourceVerified']

function checkUrl(url: string): void {
  try {
    if (!url.startsWith('oci://'))
      throw new SluiceError('REFERENCE_INVALID', 'URL must be in format oci://<domain>/<org>/<repo>')
    parseRepository(url.slice('oci://'.length))
  } catch (error) {
    throw new SluiceError('SOURCE_URL_INVALID', `URL validation failed for '${url}': ${messageOf(error)}`, {
      cause: error,
    })
  }
}

// What cannot be verified is never treated as verified, and a cloud login that is left out is no anonymous pull.
function checkSupported({ spec }: OCIRepository): void {
  if (spec.verify) {
    throw new SluiceError(
      'SOURCE_VERIFICATION_FAILED',
      `failed to verify the signature using provider '${spec.verify.provider}': this version of sluice does not verify signatures yet, wanted spec.verify unset`,
    )
  }
  if (
    spec.provider !== undefined &&
    spec.provider !== 'generic' &&
    !spec.secretRef &&
    !spec.serviceAccountName
  ) {
    throw new SluiceError(
      'SOURCE_CREDENTIALS_FAILED',
      `failed to get credential from ${spec.provider}: this version of sluice has no login for it yet, wanted spec.secretRef with a pull secret`,
    )
  }
}

function isUpToDate({ spec, status }: OCIRepository, resolved: Resolved): boolean {
  return (
    status?.artifact?.revision === resolved.revision &&
    status.observedIgnore === spec.ignore &&
    equal(status.observedLayerSelector, spec.layerSelector)
  )
}

function wasAsked({ metadata, status }: OCIRepository): boolean {
  return metadata.annotations?.[requestedAt] !== status?.lastHandledReconcileAt
}

function outcomeOf({ spec }: OCIRepository, revision: string): Outcome {
  return { reason: 'Succeeded', message: storedMessage(revision), after: parseDuration(spec.interval) }
}

function storedMessage(revision: string): string {
  return `stored artifact for digest '${revision}'`
}

function upToDate({ revision }: Artifact): EventFact {
  return {
    type: 'Normal',
    reason: 'ArtifactUpToDate',
    message: `artifact up-to-date with remote revision: '${revision}'`,
    trace: true,
  }
}

// Told when the content changed, or when a failure is over; not for the same content fetched again.
function eventFor({ spec, status }: OCIRepository, artifact: Artifact): { event?: EventFact } {
  const recovered =
    status?.conditions?.some(({ type, status }) => failureConditions.includes(type) && status === 'True') ??
    false
  const isNew = status?.artifact?.digest !== artifact.digest
  if (!isNew && !recovered) return {}
  const source = artifact.metadata?.[originSource]
  const revision = artifact.metadata?.[originRevision]
  const origin = `${source ? `, origin source '${source}'` : ''}${revision ? `, origin revision '${revision}'` : ''}`
  return {
    event: {
      type: 'Normal',
      reason: isNew ? 'NewArtifact' : 'Succeeded',
      message: `stored artifact with revision '${artifact.revision}' from '${spec.url}'${origin}`,
      annotations: {
        'source.toolkit.fluxcd.io/revision': artifact.revision,
        ...(artifact.digest ? { 'source.toolkit.fluxcd.io/digest': artifact.digest } : {}),
      },
    },
  }
}
