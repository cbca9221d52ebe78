/** What a {@link SluiceError} may carry beside its code and message. */
export interface SluiceErrorOptions {
  /** The error this one was made from; kept for logs, never printed to a user. */
  cause?: unknown
  /** True when the same call may succeed later without anything being changed by the user. */
  retryable?: boolean
  /** Milliseconds that the other side asked us to wait (a `Retry-After`). */
  retryAfter?: number
  /** Machine-readable facts: HTTP status, the other side's own code, a file and line. Never a secret. */
  details?: Readonly<Record<string, unknown>>
}

/**
 * The one error type of sluice: a stable code (every one of them is a row of docs/errors.md) and a sentence of the
 * form "Cannot <action> <target>: <found>, <wanted>" without a full stop and without secrets.
 */
export class SluiceError extends Error {
  readonly code: string
  readonly retryable: boolean
  readonly retryAfter: number | undefined
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, options: SluiceErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'SluiceError'
    this.code = code
    this.retryable = options.retryable ?? false
    this.retryAfter = options.retryAfter
    this.details = options.details ?? {}
  }
}

/** Whether `error` is a {@link SluiceError} with one of these codes. */
export function isCode(error: unknown, ...codes: string[]): error is SluiceError {
  return error instanceof SluiceError && codes.includes(error.code)
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
