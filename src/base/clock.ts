/** Time and timers, injected so that tests can turn the clock by hand. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** Resolves after `ms`; rejects with the signal's reason when aborted first. Never keeps the process alive by itself. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Calls `fn` after `ms`; the result cancels. */
  after(ms: number, fn: () => void): () => void
}

// setTimeout's own limit; longer waits would fire at once.
const maxTimer = 2 ** 31 - 1

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const timer = setTimeout(done, Math.min(ms, maxTimer))
      signal?.addEventListener('abort', stop, { once: true })
      function done(): void {
        signal?.removeEventListener('abort', stop)
        resolve()
      }
      function stop(): void {
        clearTimeout(timer)
        reject(signal?.reason)
      }
    })
  },
  after(ms, fn) {
    const timer = setTimeout(fn, Math.min(ms, maxTimer))
    timer.unref()
    return () => clearTimeout(timer)
  },
}

/** An RFC 3339 time in UTC with second precision, as Kubernetes writes `metav1.Time`. */
export function formatTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
