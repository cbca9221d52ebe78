import type { KubeObject } from '#api'
import { isObject } from '#base'
import { styleOf, writeNumber, writeScalar } from './scalar.ts'

/** The longest key that is written in front of its value, in bytes. */
const longestKey = 128

/**
 * The YAML stream that `kustomize build` prints for these objects, byte for byte: keys in Go's natural order, long lines
 * folded at 80 characters, documents parted by `---`.
 */
export function formatBuild(objects: readonly KubeObject[]): string {
  return objects.map((object) => `${writeMap(object, 0)}\n`).join('---\n')
}

function writeMap(map: Readonly<Record<string, unknown>>, indent: number): string {
  return Object.keys(map)
    .filter((key) => map[key] !== undefined)
    .sort(naturalOrder)
    .map((key) => writeEntry(key, map[key], indent))
    .join(`\n${' '.repeat(indent)}`)
}

function writeEntry(key: string, value: unknown, indent: number): string {
  const isSimple = !key.includes('\n') && Buffer.byteLength(key) <= longestKey
  if (!isSimple) {
    const place = { column: indent + 2, indent: indent + 2, isKey: false }
    const written = writeScalar(key, styleOf(key, false), place)
    return `? ${written}\n${' '.repeat(indent)}:${writeValue(value, indent, indent + 1)}`
  }
  const written = writeScalar(key, styleOf(key, true), { column: indent, indent, isKey: true })
  return `${written}:${writeValue(value, indent, indent + Array.from(written).length + 1)}`
}

function writeValue(value: unknown, indent: number, column: number): string {
  const pad = ' '.repeat(indent)
  // Lists stand in the column of the key that holds them.
  if (Array.isArray(value) && value.length > 0) return `\n${pad}${writeList(value, indent)}`
  if (isObject(value) && hasMembers(value)) return `\n${pad}  ${writeMap(value, indent + 2)}`
  return ` ${writeLeaf(value, indent + 2, column + 1)}`
}

function writeList(list: readonly unknown[], indent: number): string {
  return list
    .map((item) => {
      if (Array.isArray(item) && item.length > 0) return `- ${writeList(item, indent + 2)}`
      if (isObject(item) && hasMembers(item)) return `- ${writeMap(item, indent + 2)}`
      return `- ${writeLeaf(item, indent + 2, indent + 2)}`
    })
    .join(`\n${' '.repeat(indent)}`)
}

function writeLeaf(value: unknown, indent: number, column: number): string {
  if (typeof value === 'string')
    return writeScalar(value, styleOf(value, false), { column, indent, isKey: false })
  if (typeof value === 'number') return writeNumber(value)
  if (Array.isArray(value)) return '[]'
  if (isObject(value)) return '{}'
  return value === true ? 'true' : value === false ? 'false' : 'null'
}

function hasMembers(map: Readonly<Record<string, unknown>>): boolean {
  return Object.values(map).some((member) => member !== undefined)
}

/** Go's order of YAML keys: numbers inside by value, letters after everything else. */
export function naturalOrder(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)]
  let digits = false
  for (let at = 0; at < left.length && at < right.length; at++) {
    const [one = '', two = ''] = [left[at], right[at]]
    if (one === two) {
      digits = isDigit(one)
      continue
    }
    const [isLeft, isRight] = [isLetter(one), isLetter(two)]
    if (isLeft && isRight) return one < two ? -1 : 1
    if (isLeft || isRight) return (digits ? isLeft : isRight) ? -1 : 1
    return compareNumbers(left, right, at)
  }
  return left.length - right.length
}

function compareNumbers(left: readonly string[], right: readonly string[], at: number): number {
  let start = 0
  if (left[at] === '0' || right[at] === '0')
    for (let back = at - 1; back >= 0 && isDigit(left[back] ?? ''); back--)
      if (left[back] !== '0') {
        // Leading digits that both share make a zero count.
        start = 1
        break
      }
  const read = (chars: readonly string[]): [value: number, end: number] => {
    let value = start
    let end = at
    for (; end < chars.length && isDigit(chars[end] ?? ''); end++) value = value * 10 + Number(chars[end])
    return [value, end]
  }
  const [one, oneEnd] = read(left)
  const [two, twoEnd] = read(right)
  if (one !== two) return one - two
  if (oneEnd !== twoEnd) return oneEnd - twoEnd
  return (left[at] ?? '') < (right[at] ?? '') ? -1 : 1
}

function isDigit(char: string): boolean {
  return /^[0-9]$/.test(char)
}

function isLetter(char: string): boolean {
  return /^\p{L}$/u.test(char)
}
