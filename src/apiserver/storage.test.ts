import { expect, test } from 'vitest'
import type { KubeObject } from '#api'
import { createMemoryStore } from './storage.ts'

function thing(name: string, namespace = 'a'): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace } }
}

test('every change gets the next revision, which is the resourceVersion of what is stored', () => {
  const store = createMemoryStore()
  expect(store.put('/configmaps', thing('x')).metadata.resourceVersion).toBe('1')
  expect(store.put('/configmaps', thing('y')).metadata.resourceVersion).toBe('2')
  expect(store.remove('/configmaps', thing('x').metadata)?.metadata.resourceVersion).toBe('3')
  expect(store.revision).toBe(3)
})

test('lists are sorted by namespace and name, and may be of one namespace', () => {
  const store = createMemoryStore()
  for (const [name, namespace] of [
    ['z', 'a'],
    ['b', 'ab'],
    ['a', 'b'],
    ['a', 'a'],
  ] as const)
    store.put('/configmaps', thing(name, namespace))
  const names = store.list('/configmaps').map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
  expect(names).toEqual(['a/a', 'a/z', 'ab/b', 'b/a'])
  expect(store.list('/configmaps', 'a').map(({ metadata }) => metadata.name)).toEqual(['a', 'z'])
})

test('stored objects cannot be changed', () => {
  const store = createMemoryStore()
  const stored = store.put('/configmaps', { ...thing('x'), data: { a: '1' } })
  expect(() => {
    ;(stored['data'] as Record<string, string>)['a'] = '2'
  }).toThrow(TypeError)
})

test('the state at an earlier revision is the present one with later changes undone', () => {
  const store = createMemoryStore()
  store.put('/configmaps', { ...thing('x'), data: { v: '1' } })
  store.put('/configmaps', thing('y'))
  store.put('/configmaps', { ...thing('x'), data: { v: '2' } })
  store.remove('/configmaps', thing('y').metadata)
  store.put('/configmaps', thing('z'))
  const at = store.listAt('/configmaps', 2)
  expect(at?.map(({ metadata, data }) => [metadata.name, data])).toEqual([
    ['x', { v: '1' }],
    ['y', undefined],
  ])
})

test('events older than the window are no longer given', () => {
  const store = createMemoryStore({ window: 3 })
  for (let i = 0; i < 10; i++) store.put('/configmaps', thing(`x${i}`))
  expect(store.eventsSince('/configmaps', 0)).toBeUndefined()
  expect(store.eventsSince('/configmaps', 9)?.map(({ revision }) => revision)).toEqual([10])
  expect(store.listAt('/configmaps', 0)).toBeUndefined()
})

test('a listener that writes is heard of by everybody in order', () => {
  const store = createMemoryStore()
  const seen: number[] = []
  store.subscribe((_bucket, { revision }) => {
    if (revision < 3) store.put('/configmaps', thing(`x${revision}`))
  })
  store.subscribe((_bucket, { revision }) => seen.push(revision))
  store.put('/configmaps', thing('first'))
  expect(seen).toEqual([1, 2, 3])
})
