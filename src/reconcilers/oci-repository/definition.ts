import { type OCIRepository, type OCIRepositoryStatus, sourceVersion } from '#api'
import type { ArtifactStore, CollectOptions } from '#artifact'
import type { Clock, SluiceError } from '#base'
import type { Cluster } from '#kube'
import type { Definition, Failure, Manager } from '#runtime'
import { reasonOf, retryOf } from '../reasons.ts'
import { type Dial, openSources } from './open.ts'
import { ownerOf } from './owner.ts'
import { reconcileOCIRepository } from './reconcile.ts'

export interface OCIRepositoryControllerOptions {
  cluster: Cluster
  clock: Clock
  store: ArtifactStore
  /** How long and how many replaced artifacts stay. */
  retention?: CollectOptions
  dial: Dial
  /** OCIRepositories reconciled at once. */
  concurrency: number
}

/** Adds the OCIRepository controller. */
export function addOCIRepositories(manager: Manager, options: OCIRepositoryControllerOptions): void {
  const { cluster, clock, store, dial, concurrency, retention = {} } = options
  const openRepository = openSources({ cluster, clock, dial })
  const definition: Definition<OCIRepository, OCIRepositoryStatus> = {
    apiVersion: sourceVersion,
    kind: 'OCIRepository',
    manager: 'source-controller',
    controller: 'source-controller',
    reconcile: (object, signal) =>
      reconcileOCIRepository(object, { store, openRepository, retention }, signal),
    async finalize(object) {
      await store.remove(ownerOf(object))
      return [
        {
          type: 'Normal',
          reason: 'GarbageCollectionSucceeded',
          message: 'garbage collected artifacts for deleted resource',
          trace: true,
        },
      ]
    },
    failureOf,
  }
  manager.add(definition, concurrency)
}

function failureOf(error: SluiceError): Failure {
  const reason = reasonOf(error, 'OCIArtifactPullFailed')
  const { message } = error
  const type =
    reason === 'VerificationError'
      ? 'SourceVerified'
      : reason === 'ArchiveOperationFailed'
        ? 'StorageOperationFailed'
        : 'FetchFailed'
  const status = type === 'SourceVerified' ? 'False' : 'True'
  return {
    reason,
    message,
    retry: retryOf(error, 'backoff'),
    conditions: [{ type, status, reason, message }],
  }
}
