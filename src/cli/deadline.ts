import { SluiceError } from '#base'
import type { Terminal } from './terminal.ts'

// A work that heeds its signal tells more than we can, so it is given a moment to do so.
const grace = 500

/**
 * Does `work` within `timeout` milliseconds (without end when undefined) and until the terminal's signal. Throws
 * `TIMED_OUT` or `INTERRUPTED`, or what the work throws when its signal is aborted.
 */
export async function withDeadline<T>(
  terminal: Terminal,
  timeout: number | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController()
  const signal = AbortSignal.any([terminal.signal, deadline.signal])
  const timer =
    timeout === undefined
      ? undefined
      : setTimeout(
          () => deadline.abort(new SluiceError('TIMED_OUT', 'context deadline exceeded')),
          // setTimeout's own limit.
          Math.min(timeout, 2 ** 31 - 1),
        )
  const ended = new AbortController()
  try {
    return await Promise.race([work(signal), refusal(signal, ended.signal)])
  } finally {
    clearTimeout(timer)
    ended.abort()
  }
}

// Rejects with the signal's reason a moment after it is aborted; never settles when `ended` comes first.
function refusal(signal: AbortSignal, ended: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const refuse = (): void => {
      const timer = setTimeout(() => reject(signal.reason), grace)
      ended.addEventListener('abort', () => clearTimeout(timer), { once: true })
    }
    if (signal.aborted) refuse()
    else signal.addEventListener('abort', refuse, { once: true, signal: ended })
  })
}
