import { expect, test } from 'vitest'
import { formatDuration, parseDuration } from './duration.ts'

test.each([
  ['1h0m0s', 3_600_000],
  ['1m30s', 90_000],
  ['1.5s', 1500],
  ['250ms', 250],
  ['0s', 0],
  ['5.033496636s', 5033.496636],
  ['19.019787ms', 19.019787],
  ['15µs', 0.015],
])('formatDuration() prints %s as Go does, and parseDuration() reads it back', (text, ms) => {
  expect(formatDuration(ms)).toBe(text)
  expect(parseDuration(text)).toBeCloseTo(ms, 6)
})

test.each(['60m', '1h30m', '-2ms', '.5s', '0', '+3s'])('parseDuration() takes %s', (text) => {
  expect(Number.isFinite(parseDuration(text))).toBe(true)
})

test.each(['', '5', '1d', 's', '1h 2m', 'abc', '1..5s'])(
  'parseDuration() refuses %j and says what it wants',
  (text) => {
    expect(() => parseDuration(text)).toThrow(/Cannot read duration: found .*, wanted for example 30s/)
  },
)
