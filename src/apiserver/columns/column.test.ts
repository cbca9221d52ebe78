import { expect, test } from 'vitest'
import { formatSelector, humanDuration } from './column.ts'

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000]

test.each([
  [0, '0s'],
  [119 * second, '119s'],
  [2 * minute, '2m'],
  [3 * minute + 12 * second, '3m12s'],
  [15 * minute, '15m'],
  [3 * hour, '3h'],
  [5 * hour + 30 * minute, '5h30m'],
  [30 * hour, '30h'],
  [2 * day + 3 * hour, '2d3h'],
  [20 * day, '20d'],
  [800 * day, '2y70d'],
  [-5 * second, '<invalid>'],
])('%d ms are %s', (ms, text) => {
  expect(humanDuration(ms)).toBe(text)
})

test('selectors are shown as kubectl shows them', () => {
  expect(formatSelector({ matchLabels: { b: '2', a: '1' } })).toBe('a=1,b=2')
  const matchExpressions = [{ key: 'x', operator: 'In', values: ['q', 'p'] }]
  expect(formatSelector({ matchExpressions })).toBe('x in (p,q)')
  expect(formatSelector({})).toBe('<none>')
})
