import { expect, test } from 'vitest'
import { displayWidth, formatTable } from './table.ts'

test('cells are padded to their column, rows end in a TAB and the header in a space', () => {
  expect(
    formatTable(
      ['name', 'revision'],
      [
        ['a', 'x'],
        ['longer', 'y'],
      ],
    ),
  ).toBe('NAME  \tREVISION \na     \tx       \t\nlonger\ty       \t\n')
})
test('without rows there is only the header, without a header only rows, without both nothing', () => {
  expect(formatTable(['a', 'b'], [])).toBe('A\tB \n')
  expect(formatTable(undefined, [['a', 'bc']])).toBe('a\tbc\t\n')
  expect(formatTable(undefined, [])).toBe('')
})
test('a cell with line breaks makes lines on which the others are blank', () => {
  expect(formatTable(['a', 'b'], [['1', 'x\nyy']])).toBe('A\tB  \n1\tx \t\n \tyy\t\n')
})
test.each([
  ['plain', 5],
  ['日本', 4],
  ['e\u0301', 1],
  ['\u001B[32mok\u001B[0m', 2],
  ['🚀', 2],
  ['✔', 1],
])('%j takes %i columns', (text, columns) => {
  expect(displayWidth(text)).toBe(columns)
})
