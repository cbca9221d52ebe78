import { expect, test } from 'vitest'
import { parseSelector } from './label-selector.ts'

test.each([
  ['', {}, true],
  ['a', { a: 'x' }, true],
  ['!a', { a: 'x' }, false],
  ['a=x', { a: 'x' }, true],
  ['a==y', { a: 'x' }, false],
  ['a!=y', {}, true],
  ['a in (x, y),b notin (z)', { a: 'x' }, true],
  ['a in (x,y)', { a: 'z' }, false],
  ['a.b/c=', { 'a.b/c': '' }, true],
  ['n>1', { n: '2' }, true],
  ['n<1', { n: '2' }, false],
])('parseSelector(%j) on %j is %s', (text, labels, expected) => {
  expect(parseSelector(text)(labels)).toBe(expected)
})

test.each(['a in', 'a=b=c', '(a)', 'a,,b', 'a in (b'])('parseSelector(%j) is refused', (text) => {
  expect(() => parseSelector(text)).toThrow(expect.objectContaining({ code: 'BUILD_SELECTOR_INVALID' }))
})
