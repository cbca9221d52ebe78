import { describe, expect, test } from 'vitest'
import type { KubeObject } from '#api'
import { formatBuild, naturalOrder } from './format.ts'

const line = (value: unknown): string =>
  formatBuild([{ data: { k: value } } as unknown as KubeObject]).slice('data:\n  k: '.length, -1)

// What kustomize 5.8.1 printed for these values.
describe('formatBuild() writes scalars as Go does', () => {
  test.each([
    ['a', 'a'],
    ['', '""'],
    ['yes', '"yes"'],
    ['y', '"y"'],
    ['1e3', '"1e3"'],
    ['0o7', '"0o7"'],
    ['1_000', '"1_000"'],
    ['1:30', '"1:30"'],
    ['2001-01-01', '"2001-01-01"'],
    ['~', '"~"'],
    ['.', '.'],
    ['=', '='],
    ['<<', '<<'],
    ['1.2.3', '1.2.3'],
    ['a: b', "'a: b'"],
    ['a:', "'a:'"],
    ['a:b', 'a:b'],
    ['a #b', "'a #b'"],
    ['- a', "'- a'"],
    ['-a', '-a'],
    ['---', "'---'"],
    ["it's", "it's"],
    ["'a'", "'''a'''"],
    [' a', "' a'"],
    ['a\tb', '"a\\tb"'],
    ['a\r\nb', '"a\\r\\nb"'],
    ['a \nb\n', '"a \\nb\\n"'],
    ['a\nb\n', '|\n    a\n    b'],
    ['a\nb', '|-\n    a\n    b'],
    ['a\n\n', '|+\n    a\n'],
    ['\n a\n', '|2\n\n     a'],
    ['😀', '"\\U0001F600"'],
    ['\ufeffa', '"\\uFEFF\\x61"'],
    [1000, '1000'],
    [1e20, '1e+20'],
    [1e-7, '1e-07'],
    [12345678.5, '1.23456785e+07'],
    [123456.5, '123456.5'],
    [-0, '0'],
    [null, 'null'],
    [true, 'true'],
    [{}, '{}'],
    [[], '[]'],
  ])('%j', (value, expected) => expect(line(value)).toBe(expected))

  test('folds long lines at single spaces', () => {
    expect(line(`${'a'.repeat(90)} b  c ${'d'.repeat(90)} e`)).toBe(
      `${'a'.repeat(90)}\n    b  c ${'d'.repeat(90)}\n    e`,
    )
  })
})

test('naturalOrder() counts digits and puts letters last', () => {
  expect(['a10', 'a2', 'b', 'A', '10', '2', '-', 'a-b', 'ab', 'a01'].sort(naturalOrder)).toEqual([
    '-',
    '2',
    '10',
    'A',
    'a-b',
    'a01',
    'a2',
    'a10',
    'ab',
    'b',
  ])
})

test('keys that look like indexes keep their place among the others', () => {
  const data = { '10': 'c', '2': 'b', '-': 'a' }
  expect(formatBuild([{ data } as unknown as KubeObject])).toBe('data:\n  \'-\': a\n  "2": b\n  "10": c\n')
})
