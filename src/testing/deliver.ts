import { crds, type KubeObject } from '#api'
import { type ArtifactStore, openArtifactStore, pack, pushArtifact } from '#artifact'
import { treeOf } from '#base'
import { followObjects, onlyObject, refOf } from '#kube'
import { openRepository, parseReference } from '#oci'
import type { InProcess } from './in-process.ts'

/** Installs our CRDs. */
export async function installCrds({ cluster }: InProcess): Promise<void> {
  for (const crd of crds) await cluster.create(crd as unknown as KubeObject, { manager: 'test' })
}

/** Pushes files as an artifact with fixed metadata; gives the manifest's digest. */
export async function push(
  world: InProcess,
  reference: string,
  files: Record<string, string>,
): Promise<string> {
  const parsed = parseReference(reference)
  const repository = openRepository(parsed, { fetch: world.registryFetch, insecure: true })
  const metadata = {
    source: 'https://example.test/app.git',
    revision: 'main@sha1:0123456789abcdef0123456789abcdef01234567',
  }
  const { digest } = await pushArtifact(repository, await pack(treeOf(files)), metadata, {
    tags: [parsed.tag ?? 'latest'],
  })
  return digest
}

/** An artifact store in memory. */
export function memoryArtifacts(): ArtifactStore {
  return openArtifactStore({ advertise: 'artifacts.test' })
}

/** Resolves with the object once it is as `test` wants it; rejects with what it was at last. */
export async function until<O extends KubeObject>(
  world: InProcess,
  object: KubeObject,
  test: (object: O) => boolean,
  timeout = 5000,
): Promise<O> {
  const ref = refOf(object)
  const deadline = AbortSignal.timeout(timeout)
  let last: O | undefined
  try {
    for await (const { object: next } of followObjects(world.cluster, onlyObject(ref), deadline)) {
      last = next as O
      if (test(last)) return last
    }
  } catch (error) {
    if (!deadline.aborted) throw error
  }
  throw new Error(
    `${ref.kind}/${ref.name} did not become as wanted: ${JSON.stringify(last?.['status'], null, 1)}`,
  )
}

/** Whether an object's Ready condition has this status (and reason), for its newest generation. */
export function isReady(
  status: 'True' | 'False' | 'Unknown' = 'True',
  reason?: string,
): (object: KubeObject) => boolean {
  return ({ metadata, status: own }) => {
    const { conditions = [] } = (own ?? {}) as {
      conditions?: { type: string; status: string; reason: string; observedGeneration?: number }[]
    }
    const ready = conditions.find(({ type }) => type === 'Ready')
    return (
      ready?.status === status &&
      ready.observedGeneration === metadata.generation &&
      (reason === undefined || ready.reason === reason)
    )
  }
}
