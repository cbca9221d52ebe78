import type { Clock } from './clock.ts'
import { SluiceError } from './error.ts'

export interface RetryOptions {
  clock: Clock
  signal?: AbortSignal
  /** Attempts in all, the first included. */
  attempts?: number
  /** Milliseconds before the second attempt; doubled for each one after. */
  base?: number
  /** Longest wait between two attempts, in milliseconds. A `Retry-After` beyond it ends the retrying. */
  max?: number
  /** A number in [0, 1); injected so that tests are exact. */
  random?: () => number
}

/**
 * Calls `task` until it succeeds, its error is not retryable, or the attempts are used up; waits with full jitter in
 * between, or exactly as long as the error's `retryAfter` asks.
 */
export async function retry<T>(task: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { clock, signal, attempts = 4, base = 500, max = 30_000, random = Math.random } = options
  for (let attempt = 1; ; attempt++) {
    try {
      return await task()
    } catch (error) {
      if (!(error instanceof SluiceError) || !error.retryable || attempt >= attempts || signal?.aborted)
        throw error
      if (error.retryAfter !== undefined && error.retryAfter > max) throw error
      const ceiling = Math.min(max, base * 2 ** (attempt - 1))
      await clock.sleep(error.retryAfter ?? ceiling * (0.5 + random() / 2), signal)
    }
  }
}
