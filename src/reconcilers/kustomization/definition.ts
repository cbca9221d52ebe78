import {
  type Artifact,
  type Kustomization,
  type KustomizationStatus,
  kustomizeGroup,
  kustomizeVersion,
  type OCIRepository,
  sourceVersion,
} from '#api'
import { type Clock, type FileTree, formatDuration, type Log, SluiceError } from '#base'
import { type AppliedMemory, type Cluster, openLiveView } from '#kube'
import { buildKustomization } from '#render'
import { type Definition, type Informer, keyOf, type Manager } from '#runtime'
import { createBuilder } from './build.ts'
import { failureOf } from './failure.ts'
import { finalizeKustomization } from './finalize.ts'
import { reconcileKustomization } from './reconcile.ts'
import { impersonatedUser } from './settings.ts'
import { sourceKey, wakeOnDependencies, wakeOnSources } from './wake.ts'

export interface KustomizationControllerOptions {
  cluster: Cluster
  clock: Clock
  log: Log
  openTree(artifact: Artifact): Promise<FileTree>
  /** Kustomizations reconciled at once. */
  concurrency: number
  /** Milliseconds between looks at what should wake us by itself. */
  requeueDependency: number
  noCrossNamespaceRefs?: boolean
  defaultServiceAccount?: string
}

/** Adds the Kustomization controller: woken by its objects, by its sources' artifacts, and by its dependencies. */
export function addKustomizations(manager: Manager, options: KustomizationControllerOptions): void {
  const { cluster, clock, log, requeueDependency } = options
  const kustomizations = manager.informer<Kustomization>(kustomizeVersion, 'Kustomization')
  const sources = manager.informer<OCIRepository>(sourceVersion, 'OCIRepository')
  const live = openLiveView(cluster, {
    labelSelector: `${kustomizeGroup}/name`,
    signal: manager.signal,
    clock,
    log,
  })
  const memories = new Map<string, AppliedMemory>()
  const build = createBuilder(buildKustomization)

  const actingFor = (object: Kustomization): Cluster => {
    const user = impersonatedUser(object, options.defaultServiceAccount)
    return user === undefined ? cluster : cluster.as(user)
  }
  const memoryOf = (object: Kustomization): AppliedMemory => {
    const key = object.metadata.uid ?? keyOf(object.metadata)
    const memory = memories.get(key) ?? new Map()
    memories.set(key, memory)
    return memory
  }
  const definition: Definition<Kustomization, KustomizationStatus> = {
    apiVersion: kustomizeVersion,
    kind: 'Kustomization',
    manager: 'gotk-kustomize-controller',
    controller: 'kustomize-controller',
    underway: 'Reconciliation in progress',
    reconcile: (object) =>
      reconcileKustomization(object, {
        clock,
        cluster: actingFor(object),
        live,
        memory: memoryOf(object),
        sourceOf: (asked) => artifactOf(asked, sources, options),
        find: kustomizations.get,
        openTree: options.openTree,
        build,
      }),
    async finalize(object) {
      memories.delete(object.metadata.uid ?? keyOf(object.metadata))
      return finalizeKustomization(object, actingFor(object), clock)
    },
    failureOf: (error, object) => failureOf(error, object, requeueDependency),
  }
  const controller = manager.add(definition, options.concurrency)

  wakeOnSources(controller, kustomizations, sources)
  wakeOnDependencies(controller, kustomizations)
}

function artifactOf(
  object: Kustomization,
  sources: Informer<OCIRepository>,
  options: KustomizationControllerOptions,
): Artifact {
  checkAccess(object, options)
  const source = sources.get(sourceKey(object))
  const artifact = source?.status?.artifact
  if (artifact) return artifact
  const message = source
    ? `Source artifact not found, retrying in ${formatDuration(options.requeueDependency)}`
    : `OCIRepository.source.toolkit.fluxcd.io "${object.spec.sourceRef.name}" not found`
  throw new SluiceError('ARTIFACT_UNAVAILABLE', message, {
    details: source ? { pending: true, isNew: isNew(source, options) } : { missing: true },
  })
}

function checkAccess(
  { metadata, spec }: Kustomization,
  { noCrossNamespaceRefs }: KustomizationControllerOptions,
): void {
  const { namespace, kind, name } = spec.sourceRef
  if (!noCrossNamespaceRefs || !namespace || namespace === metadata.namespace) return
  throw new SluiceError(
    'ACCESS_DENIED',
    `can't access '${kind}/${namespace}/${name}', cross-namespace references have been blocked`,
  )
}

// Somebody who applies a source and what is made from it in one go is not to be told that the first is not there yet.
function isNew(
  { metadata, status }: OCIRepository,
  { clock, requeueDependency }: KustomizationControllerOptions,
): boolean {
  const age = clock.now() - Date.parse(metadata.creationTimestamp ?? '')
  return (status?.conditions ?? []).length === 0 && age < requeueDependency
}
