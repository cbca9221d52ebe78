import { expect, test } from 'vitest'
import { formatQuantity, parseQuantity } from './quantity.ts'

test.each([
  ['1000m', '1'],
  ['100m', '100m'],
  ['0.5', '500m'],
  ['2', '2'],
  ['1024Mi', '1Gi'],
  ['1.5Gi', '1536Mi'],
  ['512Mi', '512Mi'],
  ['1000Ki', '1000Ki'],
  ['1000k', '1M'],
  ['1e3', '1e3'],
  ['12e6', '12e6'],
  ['1E', '1E'],
  ['0', '0'],
  ['0Mi', '0'],
  ['.5', '500m'],
  ['-1.5', '-1500m'],
  ['+3', '3'],
  ['0.0000000001', '1n'],
  [5, '5'],
])('the canonical form of %s is %s', (source, wanted) => {
  const quantity = parseQuantity(source)
  expect(quantity && formatQuantity(quantity)).toBe(wanted)
})

test.each(['', 'a', '1 Gi', '1gi', '1.2.3', '--1', '1ee3', true, null, '1e9999'])(
  '%s is no quantity',
  (source) => {
    expect(parseQuantity(source)).toBeUndefined()
  },
)
