/** How a string is written: as it is, between quotes, or as a block of lines. */
export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal'

/** Longest line before spaces become line breaks, in characters. */
const width = 80
const words = new Set(
  '|~|null|Null|NULL|true|True|TRUE|false|False|FALSE|y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF|.inf|.Inf|.INF|+.inf|+.Inf|+.INF|-.inf|-.Inf|-.INF|.nan|.NaN|.NAN'.split(
    '|',
  ),
)
const shortEscapes: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\x85': '\\N',
  '\xa0': '\\_',
  '\u2028': '\\L',
  '\u2029': '\\P',
}
// What Go's YAML writer takes for printable; tabs and everything beyond the basic plane are not.
const unprintable = /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/
const firstIndicators = /^[#,[\]{}&*!|>'"%@`]|^[?:-](?:[ \n]|$)|^(?:---|\.\.\.)/

/** The style that Go's YAML writer gives a string; keys cannot be blocks. */
export function styleOf(text: string, isKey: boolean): ScalarStyle {
  const special = unprintable.test(text) || text.includes(' \n')
  if (text.includes('\n')) return special || text.endsWith(' ') || isKey ? 'double' : 'literal'
  if (readsAsOther(text) || special) return 'double'
  const isPlain =
    !text.startsWith(' ') &&
    !text.endsWith(' ') &&
    !firstIndicators.test(text) &&
    !/:(?: |$)/.test(text) &&
    !text.includes(' #')
  return isPlain ? 'plain' : 'single'
}

/** Whether a plain string would be read as a number, a boolean, null or a time. */
function readsAsOther(text: string): boolean {
  if (words.has(text)) return true
  if (!/^[-+.0-9]/.test(text)) return false
  const digits = text.replaceAll('_', '')
  return (
    /^[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/.test(digits) ||
    (/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(digits) &&
      Number.isFinite(Number(digits))) ||
    /^\d{4}-\d{1,2}-\d{1,2}(?:[Tt ]\d.*)?$/.test(text) ||
    /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/.test(text)
  )
}

/** A string on one or several lines; `column` is where it begins, `indent` where further lines do. */
export function writeScalar(
  text: string,
  style: ScalarStyle,
  place: { column: number; indent: number; isKey: boolean },
): string {
  if (style === 'literal') return writeLiteral(text, place.indent)
  if (style === 'double') return writeDouble(text, place)
  if (style === 'plain') return fold(text, place)
  return `'${fold(text.replaceAll("'", "''"), { ...place, column: place.column + 1 })}'`
}

// A single space past the width becomes a line break.
function fold(
  text: string,
  { column, indent, isKey }: { column: number; indent: number; isKey: boolean },
): string {
  if (isKey || column + text.length <= width) return text
  const chars = Array.from(text)
  let at = column
  let result = ''
  for (const [index, char] of chars.entries()) {
    const isLone = char === ' ' && chars[index - 1] !== ' ' && chars[index + 1] !== ' '
    if (isLone && at > width && index > 0 && index < chars.length - 1) {
      result += `\n${' '.repeat(indent)}`
      at = indent
    } else {
      result += char
      at++
    }
  }
  return result
}

function writeDouble(
  text: string,
  { column, indent, isKey }: { column: number; indent: number; isKey: boolean },
): string {
  const chars = Array.from(text)
  // The writer looks for a byte order mark at the front whatever character it is at.
  const escapesAll = text.startsWith('\ufeff')
  let at = column + 1
  let result = '"'
  let spaces = false
  for (const [index, char] of chars.entries()) {
    const mayBreak = !isKey && !spaces && at > width && index > 0 && index < chars.length - 1
    let written = char
    if (escapesAll || unprintable.test(char) || char === '\n' || char === '"' || char === '\\') {
      written = escape(char)
      spaces = false
    } else if (char === ' ') {
      if (mayBreak) {
        result += `\n${' '.repeat(indent)}`
        at = indent
        written = chars[index + 1] === ' ' ? '\\' : ''
      }
      spaces = true
    } else spaces = false
    result += written
    at += written.length
  }
  return `${result}"`
}

function escape(char: string): string {
  const short = shortEscapes[char]
  if (short) return short
  const code = char.codePointAt(0) ?? 0
  const hex = code.toString(16).toUpperCase()
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}

function writeLiteral(text: string, indent: number): string {
  const hint = /^[ \n]/.test(text) ? '2' : ''
  const chomp = text.endsWith('\n') ? (/^\n$|\n\n$/.test(text) ? '+' : '') : '-'
  const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')
  const pad = ' '.repeat(indent)
  return [`|${hint}${chomp}`, ...lines.map((line) => (line === '' ? '' : `${pad}${line}`))].join('\n')
}

/** A number as Go writes it: integers in full, others in their shortest form with an exponent from 10⁶ on or below 10⁻⁴. */
export function writeNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e20) return BigInt(value).toString()
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e')
  const power = Number(exponent)
  if (power >= -4 && power < 6) return String(value)
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}
