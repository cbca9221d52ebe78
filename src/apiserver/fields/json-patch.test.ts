import { expect, test } from 'vitest'
import { isCode } from '#base'
import { jsonPatch } from './json-patch.ts'

const cases: [title: string, document: unknown, patch: unknown, wanted: unknown][] = [
  [
    'A.1 adds an object member',
    { foo: 'bar' },
    [{ op: 'add', path: '/baz', value: 'qux' }],
    { baz: 'qux', foo: 'bar' },
  ],
  [
    'A.2 adds an array element',
    { foo: ['bar', 'baz'] },
    [{ op: 'add', path: '/foo/1', value: 'qux' }],
    { foo: ['bar', 'qux', 'baz'] },
  ],
  [
    'A.3 removes an object member',
    { baz: 'qux', foo: 'bar' },
    [{ op: 'remove', path: '/baz' }],
    { foo: 'bar' },
  ],
  [
    'A.4 removes an array element',
    { foo: ['bar', 'qux', 'baz'] },
    [{ op: 'remove', path: '/foo/1' }],
    { foo: ['bar', 'baz'] },
  ],
  [
    'A.5 replaces a value',
    { baz: 'qux', foo: 'bar' },
    [{ op: 'replace', path: '/baz', value: 'boo' }],
    { baz: 'boo', foo: 'bar' },
  ],
  [
    'A.6 moves a value',
    { foo: { bar: 'baz', waldo: 'fred' }, qux: { corge: 'grault' } },
    [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }],
    { foo: { bar: 'baz' }, qux: { corge: 'grault', thud: 'fred' } },
  ],
  [
    'A.7 moves an array element',
    { foo: ['all', 'grass', 'cows', 'eat'] },
    [{ op: 'move', from: '/foo/1', path: '/foo/3' }],
    { foo: ['all', 'cows', 'eat', 'grass'] },
  ],
  [
    'A.8 tests values',
    { baz: 'qux', foo: ['a', 2, 'c'] },
    [
      { op: 'test', path: '/baz', value: 'qux' },
      { op: 'test', path: '/foo/1', value: 2 },
    ],
    { baz: 'qux', foo: ['a', 2, 'c'] },
  ],
  [
    'A.10 adds a nested member',
    { foo: 'bar' },
    [{ op: 'add', path: '/child', value: { grandchild: {} } }],
    { foo: 'bar', child: { grandchild: {} } },
  ],
  [
    'A.11 ignores unknown elements',
    { foo: 'bar' },
    [{ op: 'add', path: '/baz', value: 'qux', xyz: 123 }],
    { foo: 'bar', baz: 'qux' },
  ],
  [
    'A.14 reads ~01 as ~1',
    { '/': 9, '~1': 10 },
    [{ op: 'test', path: '/~01', value: 10 }],
    { '/': 9, '~1': 10 },
  ],
  [
    'A.16 appends an array value',
    { foo: ['bar'] },
    [{ op: 'add', path: '/foo/-', value: ['abc', 'def'] }],
    { foo: ['bar', ['abc', 'def']] },
  ],
  ['copies', { a: { b: 1 } }, [{ op: 'copy', from: '/a', path: '/c' }], { a: { b: 1 }, c: { b: 1 } }],
]
test.each(cases)('RFC 6902 %s', (_title, document, patch, wanted) => {
  expect(jsonPatch(document, patch)).toEqual(wanted)
})

const refused: [title: string, code: string, document: unknown, patch: unknown][] = [
  [
    'A.9 a test that fails',
    'PATCH_TEST_FAILED',
    { baz: 'qux' },
    [{ op: 'test', path: '/baz', value: 'bar' }],
  ],
  [
    'A.12 a target without parent',
    'PATCH_PATH_MISSING',
    { foo: 'bar' },
    [{ op: 'add', path: '/baz/bat', value: 'qux' }],
  ],
  [
    'A.15 a string for a number',
    'PATCH_TEST_FAILED',
    { '/': 9, '~1': 10 },
    [{ op: 'test', path: '/~01', value: '10' }],
  ],
  ['an absent member removed', 'PATCH_PATH_MISSING', {}, [{ op: 'remove', path: '/a' }]],
  ['an inherited member removed', 'PATCH_PATH_MISSING', {}, [{ op: 'remove', path: '/constructor' }]],
  ['an absent member replaced', 'PATCH_PATH_MISSING', {}, [{ op: 'replace', path: '/a', value: 1 }]],
  ['an index behind the end', 'PATCH_PATH_MISSING', { a: [] }, [{ op: 'add', path: '/a/1', value: 1 }]],
  ['an unknown operation', 'PATCH_INVALID', {}, [{ op: 'spam', path: '/a' }]],
  ['a path without slash', 'PATCH_INVALID', {}, [{ op: 'add', path: 'a', value: 1 }]],
  ['a move into itself', 'PATCH_INVALID', { a: { b: 1 } }, [{ op: 'move', from: '/a', path: '/a/b' }]],
  ['no list at all', 'PATCH_INVALID', {}, { op: 'add' }],
  [
    'doubling for ever',
    'LIMIT_EXCEEDED',
    { a: ['x'.repeat(1000)] },
    Array.from({ length: 40 }, () => ({ op: 'copy', from: '', path: '/a/-' })),
  ],
  [
    'ten thousand operations and one',
    'LIMIT_EXCEEDED',
    {},
    Array.from({ length: 10_001 }, () => ({ op: 'add', path: '/a', value: 1 })),
  ],
  [
    'nesting without end',
    'PATCH_INVALID',
    { a: {} },
    Array.from({ length: 9000 }, (_, depth) => ({ op: 'add', path: '/a'.repeat(depth + 1), value: {} })),
  ],
]
test.each(refused)('jsonPatch() refuses %s', (_title, code, document, patch) => {
  expect(() => jsonPatch(document, patch)).toSatisfy((run: () => unknown) => {
    try {
      run()
      return false
    } catch (error) {
      return isCode(error, code)
    }
  })
})

test('jsonPatch() leaves its arguments alone', () => {
  const document = { a: [1] }
  jsonPatch(document, [{ op: 'add', path: '/a/-', value: 2 }])
  expect(document).toEqual({ a: [1] })
})
