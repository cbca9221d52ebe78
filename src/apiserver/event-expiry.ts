import type { KubeObject } from '#api'
import type { Core } from './core.ts'
import { textAt } from './paths.ts'

const bucket = '/events'
// kube-apiserver keeps an Event for an hour after it was last written; both in milliseconds.
const lifetime = 60 * 60 * 1000
const period = 5 * 60 * 1000

/** Starts the removal of Events that nobody has repeated for an hour. The result stops it. */
export function startEventExpiry(core: Core, later: (task: () => void) => void): () => void {
  let stop: () => void
  const wait = (): void => {
    stop = core.clock.after(period, () => {
      later(() => expire(core))
      wait()
    })
  }
  later(() => expire(core))
  wait()
  return () => stop()
}

function expire(core: Core): void {
  const oldest = core.clock.now() - lifetime
  for (const event of core.store.list(bucket))
    if (lastSeen(event) < oldest) core.store.remove(bucket, event.metadata)
}

/** Milliseconds since the epoch; now and then only one of the times is there. */
function lastSeen(event: KubeObject): number {
  const times = ['series.lastObservedTime', 'lastTimestamp', 'eventTime', 'metadata.creationTimestamp']
  return Math.max(...times.map((path) => Date.parse(textAt(event, path)) || 0))
}
