import { expect, test } from 'vitest'
import { formatValue, shortenDigests } from './output.ts'

test('JSON keeps the order of fields, YAML sorts them, both end in a line break', async () => {
  const value = { b: 1, a: ['x'], none: undefined }
  expect(await formatValue(value, 'json')).toBe('{\n  "b": 1,\n  "a": [\n    "x"\n  ]\n}\n')
  expect(await formatValue(value, 'yaml')).toBe('a:\n- x\nb: 1\n')
})
test.each([
  [`main@sha1:${'a'.repeat(40)}`, 'main@sha1:aaaaaaaa'],
  [`latest@sha256:${'0123456789abcdef'.repeat(4)} and more`, 'latest@sha256:01234567 and more'],
  [`'x${'a'.repeat(40)}'`, `'x${'a'.repeat(40)}'`],
  ['a'.repeat(39), 'a'.repeat(39)],
  ['A'.repeat(40), 'A'.repeat(40)],
])('%s is shown as %s', (text, wanted) => {
  expect(shortenDigests(text)).toBe(wanted)
})
