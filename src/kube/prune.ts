import type { InventoryEntry, KubeObject } from '#api'
import { isCode, SluiceError } from '#base'
import type { Cluster, ObjectRef } from './cluster.ts'
import { controlOf } from './control.ts'
import { find } from './find.ts'
import { parseEntry } from './inventory.ts'
import { refOf } from './live.ts'

/** What a prune did: objects deleted, and entries that could not be and so stay in the inventory. */
export interface PruneResult {
  deleted: ObjectRef[]
  failures: { entry: InventoryEntry; error: SluiceError }[]
}

export interface PruneOptions {
  /** Prefix of the object controls. */
  controls: string
  /** Labels that an object must still carry to be ours. */
  owner: Readonly<Record<string, string>>
}

const attempts = 3

/**
 * Deletes the objects that entries name, last first. An object is deleted only as it was when looked at (uid and resource
 * version are preconditions), only while it carries our owner labels, and not when it asks to be kept.
 */
export async function prune(
  cluster: Cluster,
  entries: readonly InventoryEntry[],
  options: PruneOptions,
): Promise<PruneResult> {
  const result: PruneResult = { deleted: [], failures: [] }
  for (const entry of [...entries].reverse()) {
    try {
      const ref = parseEntry(entry)
      if (await removeOwned(cluster, ref, options)) result.deleted.push(ref)
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error
      result.failures.push({ entry, error })
    }
  }
  return result
}

async function removeOwned(cluster: Cluster, ref: ObjectRef, options: PruneOptions): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const object = await find(cluster, ref)
    if (!object || object.metadata.deletionTimestamp || !isOwned(object, options)) return false
    const { uid, resourceVersion } = object.metadata
    try {
      await cluster.remove(refOf(object), {
        ...(uid ? { uid } : {}),
        ...(resourceVersion ? { resourceVersion } : {}),
      })
      return true
    } catch (error) {
      if (isCode(error, 'KUBE_NOT_FOUND')) return false
      // It changed between looking and deleting: look again.
      if (!isCode(error, 'KUBE_CONFLICT') || attempt >= attempts) throw error
    }
  }
}

function isOwned(object: KubeObject, { owner, controls }: PruneOptions): boolean {
  const labels = object.metadata.labels ?? {}
  return (
    Object.entries(owner).every(([name, value]) => labels[name] === value) &&
    !controlOf(object, controls).keep
  )
}
