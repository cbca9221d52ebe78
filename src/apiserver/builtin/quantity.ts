/** What kube-apiserver answers to a quantity that it cannot read. */
export const quantityProblem =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

/** A resource quantity: `nanos` billionths, to be written with suffixes of one family. */
export interface Quantity {
  nanos: bigint
  family: 'binary' | 'decimal' | 'exponent'
}

const decimal: readonly [suffix: string, exponent: number][] = [
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
]
const binary: readonly string[] = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
const one = 1_000_000_000n

/** Reads a Kubernetes quantity (`100m`, `1.5Gi`, `1e3`); undefined when it is none. Rounds up beyond a billionth. */
export function parseQuantity(source: unknown): Quantity | undefined {
  if (typeof source !== 'string' && typeof source !== 'number') return undefined
  // Longer than any number someone means; arithmetic on millions of digits would take minutes.
  if (String(source).length > 64) return undefined
  const match = /^([+-]?)(\d+\.?\d*|\.\d+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d{1,3})?$/.exec(String(source))
  if (!match) return undefined
  const [, sign = '', digits = '', suffix = ''] = match
  const power = binary.indexOf(suffix)
  if (power > 0) return { nanos: signed(sign, scaled(digits, 1024n ** BigInt(power), 0)), family: 'binary' }
  const known = decimal.find(([name]) => name === suffix)
  const exponent = known ? known[1] : Number(suffix.slice(1))
  return {
    nanos: signed(sign, scaled(digits, 1n, exponent)),
    family: known ? 'decimal' : 'exponent',
  }
}

/** The canonical text: no fraction, and the largest suffix of the family that allows it. */
export function formatQuantity({ nanos, family }: Quantity): string {
  if (nanos === 0n) return '0'
  if (family === 'binary' && nanos % one === 0n) return formatBinary(nanos / one)
  const sorted = [...decimal].reverse()
  for (const [suffix, exponent] of sorted) {
    const unit = 10n ** BigInt(exponent + 9)
    if (nanos % unit !== 0n) continue
    const ending = family === 'exponent' && exponent !== 0 ? `e${exponent}` : suffix
    return `${nanos / unit}${ending}`
  }
  return String(nanos)
}

function formatBinary(whole: bigint): string {
  let power = binary.length - 1
  while (power > 0 && whole % 1024n ** BigInt(power) !== 0n) power--
  return `${whole / 1024n ** BigInt(power)}${binary[power] ?? ''}`
}

function scaled(digits: string, factor: bigint, exponent: number): bigint {
  const [whole = '', fraction = ''] = digits.split('.')
  const value = BigInt(`0${whole}${fraction}`) * factor
  const places = exponent + 9 - fraction.length
  if (places >= 0) return value * 10n ** BigInt(places)
  const unit = 10n ** BigInt(-places)
  return (value + unit - 1n) / unit
}

function signed(sign: string, value: bigint): bigint {
  return sign === '-' ? -value : value
}
