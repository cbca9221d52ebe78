import type { Clock } from '#base'

/** A clock that stands still until it is turned. */
export interface FakeClock extends Clock {
  /** Moves the time on and lets what was due happen, in order. */
  turn(ms: number): Promise<void>
}

/** Creates a clock at `now` milliseconds since the epoch. */
export function createFakeClock(now: number = Date.UTC(2026, 0, 1)): FakeClock {
  const timers = new Set<{ at: number; fn: () => void }>()
  const after = (ms: number, fn: () => void): (() => void) => {
    const timer = { at: now + ms, fn }
    timers.add(timer)
    return () => void timers.delete(timer)
  }
  return {
    now: () => now,
    after,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const cancel = after(ms, resolve)
        signal?.addEventListener('abort', () => {
          cancel()
          reject(signal.reason)
        })
      }),
    async turn(ms) {
      const end = now + ms
      for (;;) {
        const next = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
        if (!next) break
        timers.delete(next)
        now = Math.max(now, next.at)
        next.fn()
        await settled()
      }
      now = end
      await settled()
    },
  }
}

/** Lets everything that is ready to run do so. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
}
