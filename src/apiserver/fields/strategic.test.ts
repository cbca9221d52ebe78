import { expect, test } from 'vitest'
import type { Schema } from '#api'
import { strategicMergePatch } from './strategic.ts'

const keyed = (key: string, items: Schema): Schema => ({
  type: 'array',
  items,
  'x-kubernetes-patch-merge-key': key,
  'x-kubernetes-patch-strategy': 'merge',
})
const schema: Schema = {
  type: 'object',
  properties: {
    containers: keyed('name', {
      type: 'object',
      properties: {
        name: { type: 'string' },
        image: { type: 'string' },
        env: keyed('name', {
          type: 'object',
          properties: { name: { type: 'string' }, value: { type: 'string' } },
        }),
        args: { type: 'array', items: { type: 'string' } },
      },
    }),
    finalizers: { type: 'array', items: { type: 'string' }, 'x-kubernetes-patch-strategy': 'merge' },
    strategy: {
      type: 'object',
      'x-kubernetes-patch-strategy': 'retainKeys',
      properties: { type: {}, rollingUpdate: {} },
    },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
  },
}
const apply = (current: unknown, patch: unknown): unknown => strategicMergePatch(schema, current, patch)

test('maps merge and null removes', () => {
  expect(apply({ labels: { a: '1', b: '2' } }, { labels: { a: null, c: '3' } })).toEqual({
    labels: { b: '2', c: '3' },
  })
})
test('keyed lists merge by their key, at every depth', () => {
  const current = { containers: [{ name: 'a', image: '1', env: [{ name: 'X', value: 'x' }] }, { name: 'b' }] }
  const patch = { containers: [{ name: 'a', env: [{ name: 'Y', value: 'y' }] }] }
  expect(apply(current, patch)).toEqual({
    containers: [
      {
        name: 'a',
        image: '1',
        env: [
          { name: 'Y', value: 'y' },
          { name: 'X', value: 'x' },
        ],
      },
      { name: 'b' },
    ],
  })
})
test('lists without a strategy are replaced', () => {
  expect(
    apply({ containers: [{ name: 'a', args: ['1'] }] }, { containers: [{ name: 'a', args: ['2'] }] }),
  ).toEqual({
    containers: [{ name: 'a', args: ['2'] }],
  })
})
test('$patch: delete removes an item, $patch: replace the whole list or map', () => {
  const current = { containers: [{ name: 'a' }, { name: 'b' }], labels: { a: '1' } }
  expect(apply(current, { containers: [{ name: 'a', $patch: 'delete' }] })).toMatchObject({
    containers: [{ name: 'b' }],
  })
  expect(apply(current, { containers: [{ $patch: 'replace' }, { name: 'c' }] })).toMatchObject({
    containers: [{ name: 'c' }],
  })
  expect(apply(current, { labels: { $patch: 'replace', z: '1' } })).toMatchObject({ labels: { z: '1' } })
  expect(apply(current, { labels: { $patch: 'delete' } })).toEqual({ containers: current.containers })
})
test('$retainKeys clears the fields it does not name', () => {
  const current = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } }
  expect(apply(current, { strategy: { $retainKeys: ['type'], type: 'Recreate' } })).toEqual({
    strategy: { type: 'Recreate' },
  })
})
test('lists of values with merge are unions, and $deleteFromPrimitiveList takes away', () => {
  expect(apply({ finalizers: ['a', 'b'] }, { finalizers: ['b', 'c'] })).toEqual({
    finalizers: ['a', 'b', 'c'],
  })
  expect(apply({ finalizers: ['a', 'b'] }, { '$deleteFromPrimitiveList/finalizers': ['a'] })).toEqual({
    finalizers: ['b'],
  })
})
test('$setElementOrder orders the items it names and keeps the server’s own in place', () => {
  const current = { containers: [{ name: 'a' }, { name: 'own' }, { name: 'b' }] }
  const patch = {
    '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }, { name: 'c' }],
    containers: [{ name: 'c' }],
  }
  expect(apply(current, patch)).toEqual({
    containers: [{ name: 'own' }, { name: 'b' }, { name: 'a' }, { name: 'c' }],
  })
})
test('without an order, new items come in front of those that only the server has', () => {
  const named = (...names: string[]): object => ({ containers: names.map((name) => ({ name })) })
  expect(apply(named('a', 'b'), named('c'))).toEqual(named('c', 'a', 'b'))
  expect(apply(named('a', 'b', 'own'), named('b', 'new', 'a'))).toEqual(named('b', 'new', 'a', 'own'))
  expect(apply({ finalizers: ['own', 'a'] }, { finalizers: ['a', 'new'] })).toEqual({
    finalizers: ['own', 'a', 'new'],
  })
})
test('new values are stored without directives', () => {
  expect(
    apply(
      {},
      {
        containers: [
          { name: 'a', $retainKeys: ['name'] },
          { name: 'b', $patch: 'delete' },
        ],
      },
    ),
  ).toEqual({
    containers: [{ name: 'a' }],
  })
})
test.each([
  ['text', 'x'],
  ['an item without its key', { containers: [{ image: 'x' }] }],
  ['an unknown directive', { labels: { $patch: 'smash' } }],
  ['a wrong order', { '$setElementOrder/containers': 'a' }],
])('strategicMergePatch() refuses %s', (_title, patch) => {
  expect(() => apply({}, patch)).toThrow(expect.objectContaining({ code: 'PATCH_INVALID' }))
})
