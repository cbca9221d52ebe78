import { expect, test } from 'vitest'
import { isCode } from '#base'
import { readDependency, readHealthCheck, readPath, readSourceRef } from './references.ts'

const invalid = expect.toSatisfy((error) => isCode(error, 'FLAG_INVALID'))

test.each([
  ['app', { kind: 'GitRepository', name: 'app' }],
  ['ocirepository/app', { kind: 'OCIRepository', name: 'app' }],
  ['Bucket/a.b.c', { kind: 'Bucket', name: 'a.b', namespace: 'c' }],
])('source %s', (text, wanted) => {
  expect(readSourceRef(text)).toEqual(wanted)
})
test('an unknown source kind is refused with the one that was probably meant', () => {
  expect(() => readSourceRef('OC IRepository/x')).toThrow(
    /source kind 'OC IRepository' is not supported, must be one of: .*, did you mean OCIRepository\?$/,
  )
  expect(() => readSourceRef('Bucket/')).toThrow(invalid)
})
test.each([
  ['a', { name: 'a' }],
  ['ns/a', { name: 'a', namespace: 'ns' }],
  ['ns/a@v1', { name: 'a', namespace: 'ns' }],
])('dependency %s', (text, wanted) => {
  expect(readDependency(text)).toEqual(wanted)
})
test('health checks need a kind that can be waited for, a name and a namespace', () => {
  const wanted = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a', namespace: 'b' }
  expect(readHealthCheck('deployment/a.b')).toEqual(wanted)
  for (const text of ['Deployment/a', 'Service/a.b', 'a.b', 'Deployment/.b', ''])
    expect(() => readHealthCheck(text), text).toThrow(invalid)
  for (const text of ['', '/a', 'a/', 'a/b/c']) expect(() => readDependency(text), text).toThrow(invalid)
})
test.each([
  ['./', './'],
  ['', './'],
  ['deploy/', './deploy'],
  ['/deploy/../x', './x'],
])('path %s is %s', (text, wanted) => {
  expect(readPath(text)).toBe(wanted)
})
test('a path out of the source is refused', () => {
  expect(() => readPath('../x')).toThrow(invalid)
})
