import { type KubeObject, type Kustomization, kustomizeVersion, requestedAt, sourceVersion } from '#api'
import { pack, pushArtifact } from '#artifact'
import { type FileTree, openDialer, SluiceError } from '#base'
import { type Cluster, followObjects, type ObjectRef, onlyObject, refOf } from '#kube'
import { openRepository, parseReference } from '#oci'
import { readyOf } from '../object-status.ts'

/** Where a tree was published. */
export interface Published {
  /** host:port/repository@sha256:… */
  reference: string
  digest: string
}

/** Packs a tree and pushes it under a tag of a local registry. */
export async function publishTree(
  tree: FileTree,
  target: { registry: string; repository: string; tag: string; source: string; revision: string },
): Promise<Published> {
  const { registry, repository: name, tag, source, revision } = target
  const dialer = openDialer()
  try {
    const repository = openRepository(parseReference(`${registry}/${name}:${tag}`), { fetch: dialer.fetch })
    const layer = await pack(tree)
    const { digest } = await pushArtifact(
      repository,
      layer,
      { source, revision, created: new Date().toISOString().replace(/\.\d+Z/, 'Z') },
      { tags: [tag] },
    )
    return { reference: `${registry}/${name}@${digest}`, digest }
  } finally {
    await dialer.close()
  }
}

/** The OCIRepository of a playground's artifact. */
export function sourceFor(options: {
  name: string
  namespace: string
  url: string
  tag: string
}): KubeObject {
  const { name, namespace, url, tag } = options
  return {
    apiVersion: sourceVersion,
    kind: 'OCIRepository',
    metadata: { name, namespace },
    spec: { interval: '10m', url, ref: { tag } },
  }
}

/** A Kustomization that delivers a path of that artifact and waits for its health. */
export function deliveryFor(options: {
  name: string
  namespace: string
  source: string
  path: string
  targetNamespace?: string
  dependsOn?: string
}): KubeObject {
  const { name, namespace, source, path, targetNamespace, dependsOn } = options
  return {
    apiVersion: kustomizeVersion,
    kind: 'Kustomization',
    metadata: { name, namespace },
    spec: {
      interval: '10m',
      retryInterval: '30s',
      timeout: '1m',
      path,
      prune: true,
      wait: true,
      sourceRef: { kind: 'OCIRepository', name: source },
      ...(targetNamespace ? { targetNamespace } : {}),
      ...(dependsOn ? { dependsOn: [{ name: dependsOn }] } : {}),
    },
  }
}

/** Applies objects as the person at the terminal would. */
export async function applyObjects(cluster: Cluster, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects)
    await cluster.patch(refOf(object), 'apply', object, { manager: 'sluice', force: true })
}

/** Asks a source to look at its registry now. */
export async function askToReconcile(cluster: Cluster, ref: ObjectRef): Promise<void> {
  const metadata = { annotations: { [requestedAt]: new Date().toISOString() } }
  await cluster.patch(ref, 'merge', { metadata }, { manager: 'sluice' })
}

/**
 * Resolves with the Kustomization once it is Ready with the artifact of `digest`; throws `NOT_READY` with its own message as
 * soon as that artifact failed, or when it is not there within `timeout` milliseconds.
 */
export async function waitDelivered(
  cluster: Cluster,
  ref: ObjectRef,
  options: { digest: string; timeout: number; signal: AbortSignal },
): Promise<Kustomization> {
  const { digest, timeout } = options
  const deadline = AbortSignal.any([options.signal, AbortSignal.timeout(timeout)])
  let last: Kustomization | undefined
  try {
    for await (const { object } of followObjects(cluster, onlyObject(ref), deadline)) {
      last = object as Kustomization
      if (isDelivered(last, digest)) return last
      if (hasFailed(last, digest)) break
    }
  } catch (error) {
    if (!deadline.aborted) throw error
    options.signal.throwIfAborted()
  }
  const ready = last && readyOf(last)
  const found = ready ? `${ready.reason}: ${ready.message}` : 'no status'
  throw new SluiceError('NOT_READY', `Cannot deliver ${ref.kind}/${ref.name}: found ${found}, wanted Ready`)
}

function isDelivered(object: Kustomization, digest: string): boolean {
  const { metadata, status } = object
  const isNewest = status?.observedGeneration === metadata.generation
  return (
    isNewest && readyOf(object)?.status === 'True' && (status?.lastAppliedRevision ?? '').endsWith(digest)
  )
}

// Waiting for others is no failure, and neither is one that is about an older artifact.
function hasFailed(object: Kustomization, digest: string): boolean {
  const ready = readyOf(object)
  const waits = ready?.reason === 'DependencyNotReady' || ready?.reason === 'ArtifactFailed'
  return ready?.status === 'False' && !waits && (object.status?.lastAttemptedRevision ?? '').endsWith(digest)
}
