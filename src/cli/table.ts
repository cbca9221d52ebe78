/**
 * A table as Flux prints it: cells padded to the widest of their column; a TAB after every cell of a row, and in the header
 * one between the cells and a space at the end. A cell with line breaks makes several lines.
 */
export function formatTable(
  header: readonly string[] | undefined,
  rows: readonly (readonly string[])[],
): string {
  const titles = header?.map((title) => title.toUpperCase())
  const lines = rows.flatMap(linesOf)
  const widths: number[] = []
  for (const cells of titles ? [titles, ...lines] : lines)
    for (const [i, cell] of cells.entries()) widths[i] = Math.max(widths[i] ?? 0, displayWidth(cell))
  const pad = (cell: string, i: number): string =>
    cell + ' '.repeat(Math.max(0, (widths[i] ?? 0) - displayWidth(cell)))
  const head = titles ? `${titles.map(pad).join('\t')} \n` : ''
  return head + lines.map((cells) => `${cells.map((cell, i) => `${pad(cell, i)}\t`).join('')}\n`).join('')
}

function linesOf(row: readonly string[]): string[][] {
  const cells = row.map((cell) => cell.split('\n'))
  const height = Math.max(1, ...cells.map((lines) => lines.length))
  return Array.from({ length: height }, (_, line) => cells.map((lines) => lines[line] ?? ''))
}

const escapes = new RegExp(`${String.fromCodePoint(0x1b)}\\[[0-9;]*[A-Za-z]`, 'g')
const wide =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u

/** Columns that a text takes on a terminal: East Asian wide characters two, combining marks and escapes none. */
export function displayWidth(text: string): number {
  let width = 0
  for (const character of text.replaceAll(escapes, ''))
    width += /\p{M}|\u200D/u.test(character) ? 0 : wide.test(character) ? 2 : 1
  return width
}
