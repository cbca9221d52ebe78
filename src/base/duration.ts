import { SluiceError } from './error.ts'

const unitMs: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
}

/** Milliseconds of a Go duration such as `1h30m`, `1.5s` or `-2ms` (Go's time.ParseDuration); throws `DURATION_INVALID`. */
export function parseDuration(text: string): number {
  const match = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:h|ms|m|s|us|µs|ns))+|0)$/.exec(text)
  if (!match) {
    throw new SluiceError(
      'DURATION_INVALID',
      `Cannot read duration: found "${text}", wanted for example 30s, 5m or 1h30m`,
    )
  }
  let total = 0
  for (const [, amount, unit] of (match[2] ?? '').matchAll(/(\d+\.?\d*|\.\d+)(h|ms|m|s|us|µs|ns)/g))
    total += Number(amount) * (unitMs[unit ?? ''] ?? 0)
  return match[1] === '-' ? -total : total
}

/** A duration as Go prints it: `1h0m0s`, `1m30s`, `1.5s`, `250ms`, `0s`. `ms` may have a fraction. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s'
  if (ms < 0) return `-${formatDuration(-ms)}`
  const ns = Math.round(ms * 1e6)
  if (ns < 1e3) return `${ns}ns`
  if (ns < 1e6) return `${trim(ns, 1e3)}µs`
  if (ns < 1e9) return `${trim(ns, 1e6)}ms`
  const hours = Math.floor(ns / 3.6e12)
  const minutes = Math.floor((ns % 3.6e12) / 6e10)
  const seconds = `${trim(ns % 6e10, 1e9)}s`
  if (hours > 0) return `${hours}h${minutes}m${seconds}`
  return minutes > 0 ? `${minutes}m${seconds}` : seconds
}

function trim(ns: number, unit: number): string {
  const whole = Math.floor(ns / unit)
  const fraction = String(Math.round(ns % unit))
    .padStart(String(unit).length - 1, '0')
    .replace(/0+$/, '')
  return fraction === '' ? String(whole) : `${whole}.${fraction}`
}
