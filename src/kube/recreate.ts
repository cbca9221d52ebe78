import type { KubeObject } from '#api'
import { formatObject } from '#api'
import { type Clock, SluiceError, systemClock } from '#base'
import type { Cluster } from './cluster.ts'
import { find } from './find.ts'
import { refOf } from './live.ts'

// An object held by a finalizer must not hold the whole delivery for ever.
const goneWithin = 60_000
const pollEvery = 250

/** Deletes an object and applies it anew, once it is gone; throws `RECREATE_TIMEOUT` when a finalizer holds it. */
export async function recreate(
  cluster: Cluster,
  object: KubeObject,
  options: { manager: string; clock?: Clock },
): Promise<{ object: KubeObject; created: boolean }> {
  const { manager, clock = systemClock } = options
  const ref = refOf(object)
  const { uid } = (await cluster.get(ref)).metadata
  await cluster.remove(ref, uid === undefined ? {} : { uid })
  const deadline = clock.now() + goneWithin
  while ((await find(cluster, ref))?.metadata.uid === uid) {
    if (clock.now() > deadline) {
      throw new SluiceError(
        'RECREATE_TIMEOUT',
        `Cannot recreate ${formatObject(object)}: it is still there after 60s, wanted its finalizers to let it go`,
      )
    }
    await clock.sleep(pollEvery)
  }
  return cluster.patch(ref, 'apply', object, { manager, force: true })
}
