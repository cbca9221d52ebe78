import type { KubeObject } from '#api'
import { type Clock, formatDuration, mapBounded, SluiceError, systemClock } from '#base'
import type { Cluster, ObjectRef } from './cluster.ts'
import { find } from './find.ts'
import { type Health, healthOf } from './health.ts'
import type { LiveView } from './live.ts'

export interface WaitOptions {
  cluster: Cluster
  live: LiveView
  /** Milliseconds. */
  timeout: number
  signal?: AbortSignal
  clock?: Clock
  /** End at the first Failed object (default); otherwise wait until none is in progress. */
  failFast?: boolean
  /** The judge, kstatus' rules by default. */
  judge?: (object: KubeObject | undefined) => Health
}

// Only for objects that no watch of ours covers.
const pollEvery = 2000

/**
 * Resolves once every object is current; throws `HEALTH_CHECK_FAILED` at the first failed one or at the timeout, with the
 * texts that Flux's users know. Waits by subscription, so it costs nothing while nothing happens.
 */
export async function waitHealthy(refs: readonly ObjectRef[], options: WaitOptions): Promise<void> {
  const { live, clock = systemClock, signal, timeout, failFast = true } = options
  const started = clock.now()
  for (const { apiVersion, kind } of refs) await live.know(apiVersion, kind)
  const wake = createWake()
  const stops = refs.map((ref) => live.observe(ref, wake.ring))
  try {
    for (;;) {
      signal?.throwIfAborted()
      const unseen = refs.filter((ref) => !live.get(ref))
      const read = new Map(
        await mapBounded(unseen, 8, async (ref) => [ref, await find(options.cluster, ref)] as const),
      )
      const all = refs.map((ref) => ({ ref, health: judge(options, live.get(ref)?.object ?? read.get(ref)) }))
      const failures = all.filter(({ health }) => health.status === 'Failed')
      const pending = all.filter(({ health }) => health.status !== 'Current' && health.status !== 'Failed')
      const elapsed = clock.now() - started
      if (failures.length > 0 && (failFast || pending.length === 0)) {
        throw healthError(elapsed, 'failed early due to stalled resources', failures)
      }
      if (pending.length === 0) return
      if (elapsed >= timeout) throw healthError(elapsed, 'timeout waiting for', [...pending, ...failures])
      await wake.next(Math.min(timeout - elapsed, unseen.length > 0 ? pollEvery : timeout), clock, signal)
    }
  } finally {
    for (const stop of stops) stop()
  }
}

type Judged = { ref: ObjectRef; health: Health }

function judge({ judge = healthOf }: WaitOptions, object: KubeObject | undefined): Health {
  return judge(object)
}

function createWake(): {
  ring: () => void
  next(ms: number, clock: Clock, signal?: AbortSignal): Promise<void>
} {
  let rung = false
  let resolve: (() => void) | undefined
  return {
    ring() {
      rung = true
      resolve?.()
    },
    async next(ms, clock, signal) {
      if (!rung && !signal?.aborted) {
        await new Promise<void>((done) => {
          const cancel = clock.after(ms, () => resolve?.())
          resolve = () => {
            cancel()
            signal?.removeEventListener('abort', stop)
            done()
          }
          const stop = (): void => resolve?.()
          signal?.addEventListener('abort', stop)
        })
      }
      rung = false
    },
  }
}

function healthError(elapsed: number, why: string, judged: Judged[]): SluiceError {
  return new SluiceError(
    'HEALTH_CHECK_FAILED',
    `health check failed after ${formatDuration(elapsed)}: ${why}: ${listOf(judged)}`,
    {
      details: {
        objects: judged.map(({ ref, health }) => ({
          ...ref,
          status: health.status,
          message: health.message,
        })),
      },
    },
  )
}

function listOf(judged: Judged[]): string {
  return `[${judged.map(({ ref, health }) => `${formatRef(ref)} status: '${health.status}'`).join(', ')}]`
}

/** `Kind/namespace/name`, or `Kind/name` for a cluster-scoped object. */
export function formatRef({ kind, namespace, name }: ObjectRef): string {
  return namespace ? `${kind}/${namespace}/${name}` : `${kind}/${name}`
}
