import type { KubeObject } from '#api'
import { type Clock, isCode, type Log, messageOf, silentLog, systemClock } from '#base'
import type { Cluster, KindRef } from './cluster.ts'

/** Where a follower puts what it sees. */
export interface ObjectSink {
  /** All objects there are now; whatever is not among them is gone. */
  replace(objects: KubeObject[]): void
  put(object: KubeObject): void
  drop(object: KubeObject): void
}

export interface FollowOptions {
  signal: AbortSignal
  clock?: Clock
  log?: Log
  random?: () => number
}

export interface Follower {
  /** Resolves with the first complete list; rejects when the server will not let us list. */
  readonly synced: Promise<void>
}

const watchSeconds = 300
const longestPause = 30_000

/**
 * Keeps a sink equal to the server's objects of one kind: a list, then a watch from its resource version, again and again
 * until the signal. An expired version means a new list; errors are retried with growing pauses.
 */
export function followKind(
  cluster: Cluster,
  kind: KindRef,
  sink: ObjectSink,
  options: FollowOptions,
): Follower {
  const { signal, clock = systemClock, log = silentLog, random = Math.random } = options
  const { promise: synced, resolve, reject } = withResolvers()
  let resourceVersion: string | undefined

  const round = async (): Promise<void> => {
    if (resourceVersion === undefined) {
      const list = await cluster.list(kind)
      sink.replace(list.items)
      resourceVersion = list.resourceVersion
      resolve()
    }
    // A random length spreads the reconnects of many watches.
    const timeoutSeconds = Math.round(watchSeconds * (1 + random()))
    for await (const { type, object } of cluster.watch(kind, { resourceVersion, timeoutSeconds, signal })) {
      resourceVersion = object.metadata.resourceVersion ?? resourceVersion
      if (type === 'DELETED') sink.drop(object)
      else if (type !== 'BOOKMARK') sink.put(object)
    }
  }

  const run = async (): Promise<void> => {
    let failures = 0
    while (!signal.aborted) {
      const started = clock.now()
      try {
        await round()
        failures = 0
      } catch (error) {
        if (signal.aborted) break
        if (isCode(error, 'KUBE_EXPIRED')) {
          resourceVersion = undefined
          continue
        }
        if (isCode(error, 'KUBE_FORBIDDEN')) reject(error)
        failures = clock.now() - started > longestPause ? 1 : failures + 1
        log.debug('watch failed', { kind: kind.kind, error: messageOf(error), failures })
        // A list that failed must not be followed by a watch from nowhere, and a watch that broke may go on where it was.
        await pause(Math.min(longestPause, 250 * 2 ** failures) * (0.5 + random() / 2))
      }
    }
  }
  const pause = (ms: number): Promise<void> => clock.sleep(ms, signal).catch(() => undefined)
  synced.catch(() => undefined)
  run().catch((error: unknown) => log.error('watch ended', { kind: kind.kind, error: messageOf(error) }))
  return { synced }
}

function withResolvers(): { promise: Promise<void>; resolve: () => void; reject: (error: unknown) => void } {
  let resolve = (): void => undefined
  let reject: (error: unknown) => void = () => undefined
  const promise = new Promise<void>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}
