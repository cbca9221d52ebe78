import { expect, test } from 'vitest'
import { strategicMerge } from './strategic-merge.ts'

const pod = (containers: unknown): Record<string, unknown> => ({
  apiVersion: 'v1',
  kind: 'Pod',
  spec: { containers },
})
const merged = (before: unknown, patch: unknown): unknown =>
  (strategicMerge(pod(before), pod(patch))!['spec'] as Record<string, unknown>)['containers']

test('elements are matched by name: the patch’s order first, then the rest', () => {
  expect(merged([{ name: 'a', x: 1 }, { name: 'b' }], [{ name: 'c' }, { name: 'b', y: 2 }])).toEqual([
    { name: 'c' },
    { name: 'b', y: 2 },
    { name: 'a', x: 1 },
  ])
})

test('of elements with one name in the object the last stays, as with kustomize', () => {
  expect(merged([{ name: 'a', x: 1 }, { name: 'b' }, { name: 'a', x: 2 }], [{ name: 'c' }])).toEqual([
    { name: 'c' },
    { name: 'a', x: 2 },
    { name: 'b' },
  ])
})

test('ports that are there keep their place, others come first', () => {
  const ports = (list: unknown): unknown[] => [{ name: 'm', ports: list }]
  expect(
    merged(
      ports([{ containerPort: 80 }, { containerPort: 53, protocol: 'UDP' }]),
      ports([{ containerPort: 53, protocol: 'UDP', name: 'dns' }, { containerPort: 90 }]),
    ),
  ).toEqual(
    ports([
      { containerPort: 90 },
      { containerPort: 80 },
      { containerPort: 53, protocol: 'UDP', name: 'dns' },
    ]),
  )
})

test('an element without a name is refused, where kustomize would lose it', () => {
  expect(() => merged([{ name: 'a' }], [{ image: 'x' }])).toThrow(
    expect.objectContaining({ code: 'BUILD_PATCH_FAILED' }),
  )
})

test('neither the object nor the patch is changed', () => {
  const object = pod([{ name: 'a', env: [{ name: 'X', value: '1' }] }])
  const patch = pod([
    { name: 'a', $patch: 'delete' },
    { name: 'b', x: null },
  ])
  const [before, after] = [JSON.stringify(object), JSON.stringify(patch)]
  expect(strategicMerge(object, patch)).toEqual(pod([{ name: 'b' }]))
  expect([JSON.stringify(object), JSON.stringify(patch)]).toEqual([before, after])
})

test('a list as long as a file allows ends soon', () => {
  const many = Array.from({ length: 20_000 }, (_, index) => ({ name: `c${index}` }))
  expect(merged(many, many)).toHaveLength(20_000)
  const ports = many.map((_, index) => ({ containerPort: index, protocol: 'TCP' }))
  expect(() => merged([{ name: 'a', ports }], [{ name: 'a', ports }])).toThrow(
    expect.objectContaining({ code: 'LIMIT_EXCEEDED' }),
  )
})
