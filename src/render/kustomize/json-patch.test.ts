import { expect, test } from 'vitest'
import { asJsonPatch, jsonPatch } from './json-patch.ts'

const code = (patch: object[]): string => {
  try {
    jsonPatch({ a: [1, 2], b: { c: 1 } }, patch as never)
  } catch (error) {
    return (error as { code: string }).code
  }
  return ''
}

test('jsonPatch() leaves its argument alone', () => {
  const value = { a: [1] }
  expect(jsonPatch(value, [{ op: 'add', path: '/a/-', value: 2 }])).toEqual({ a: [1, 2] })
  expect(value).toEqual({ a: [1] })
})

test('replace sets a member that is not there, as kustomize 5.8.1 does', () => {
  expect(jsonPatch({ b: {} }, [{ op: 'replace', path: '/b/c', value: 1 }])).toEqual({ b: { c: 1 } })
})

test('what does not apply is an error', () => {
  for (const patch of [
    { op: 'add', path: '/none/a', value: 1 },
    { op: 'add', path: '/a/7', value: 1 },
    { op: 'remove', path: '/none' },
    { op: 'remove', path: '/a/x' },
    { op: 'move', path: '/b' },
    { op: 'copy', from: '/none', path: '/b' },
    { op: 'test', path: '/b/c', value: 2 },
    { op: 'put', path: '/b' },
    { op: 'add', path: 'b', value: 1 },
    { op: 'add', path: '/b/c/d', value: 1 },
  ])
    expect(code([patch])).toBe('BUILD_PATCH_FAILED')
})

test('asJsonPatch() knows operations from objects', () => {
  expect(asJsonPatch([{ op: 'add', path: '/a' }])).toHaveLength(1)
  expect(asJsonPatch([{ kind: 'Deployment' }])).toBeUndefined()
  expect(asJsonPatch({ op: 'add', path: '/a' })).toBeUndefined()
})
