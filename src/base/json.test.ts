import { expect, test } from 'vitest'
import { canonicalJson, clone, equal, mergePatch } from './json.ts'

// The table of RFC 7396, appendix A.
test.each([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('mergePatch(%j, %j) is %j (RFC 7396 appendix A)', (target, patch, expected) => {
  expect(mergePatch(target, patch)).toEqual(expected)
})

test('equal() ignores the order of keys and absent members', () => {
  expect(equal({ a: 1, b: [{ c: 2 }] }, { b: [{ c: 2 }], a: 1, d: undefined })).toBe(true)
  expect(equal({ a: 1 }, { a: '1' })).toBe(false)
  expect(equal([1, 2], [2, 1])).toBe(false)
})

test('canonicalJson() gives equal data equal text', () => {
  expect(canonicalJson({ b: 1, a: { d: undefined, c: [true, null] } })).toBe('{"a":{"c":[true,null]},"b":1}')
})

test('clone() shares nothing and keeps a key named __proto__ as data', () => {
  const value = JSON.parse('{"a":[{"b":1}],"__proto__":{"x":1}}') as { a: { b: number }[] }
  const copy = clone(value)
  if (copy.a[0]) copy.a[0].b = 2
  expect(value.a[0]?.b).toBe(1)
  expect(Object.keys(copy)).toContain('__proto__')
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
})
