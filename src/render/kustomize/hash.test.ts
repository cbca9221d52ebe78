import { expect, test } from 'vitest'
import { hashOf } from './hash.ts'

// What kustomize 5.8.1 appended to the names of these objects.
test.each([
  [{ kind: 'ConfigMap', metadata: { name: 'one' }, data: { a: 'b' } }, '4h2mbtbbt6'],
  [{ kind: 'ConfigMap', metadata: { name: 'empty' } }, '6ct58987ht'],
  [{ kind: 'ConfigMap', metadata: { name: 'html' }, data: { a: '<b>&' } }, '988gf96f87'],
  [{ kind: 'Secret', metadata: { name: 'sec' }, type: 'Opaque', data: { a: 'Yg==' } }, 'k695gkmbtk'],
  [{ kind: 'Secret', metadata: { name: 'none' }, type: 'Opaque', data: {} }, '46f8b28mk5'],
])('hashOf(%j) is kustomize’s', (object, hash) => expect(hashOf(object)).toBe(hash))
