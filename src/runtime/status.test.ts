import { expect, test } from 'vitest'
import { type CommonStatus, patchOf, withCondition, withoutConditions } from './status.ts'

const at = (time: string): { time: string; generation: number } => ({ time, generation: 3 })
const ready = { type: 'Ready', status: 'True' as const, reason: 'Succeeded', message: 'fine' }

test('a condition keeps its time until status, reason or message change', () => {
  const first = withCondition<CommonStatus>({}, ready, at('t1'))
  const same = withCondition(first, ready, at('t2'))
  expect(same.conditions?.[0]?.lastTransitionTime).toBe('t1')
  expect(
    withCondition(same, { ...ready, message: 'finer' }, at('t3')).conditions?.[0]?.lastTransitionTime,
  ).toBe('t3')
})

test('conditions stand in the order that Flux stores: Stalled, Reconciling, Ready, the rest', () => {
  let status: CommonStatus = {}
  for (const type of ['Healthy', 'Ready', 'ArtifactInStorage', 'Reconciling', 'Stalled'])
    status = withCondition(status, { ...ready, type }, at('t'))
  expect(status.conditions?.map(({ type }) => type)).toEqual([
    'Stalled',
    'Reconciling',
    'Ready',
    'ArtifactInStorage',
    'Healthy',
  ])
  expect(withoutConditions(status, ['Stalled', 'Reconciling']).conditions).toHaveLength(3)
})

test('a message longer than the limit is cut at its end', () => {
  const [condition] =
    withCondition<CommonStatus>({}, { ...ready, message: 'é'.repeat(20_000) }, at('t')).conditions ?? []
  expect(Buffer.byteLength(condition?.message ?? '')).toBeLessThanOrEqual(32_768)
  expect(condition?.message.endsWith('é...')).toBe(true)
})

test('patchOf() names only what differs, and nothing when nothing does', () => {
  expect(patchOf({ a: 1, b: { c: 1, d: 2 }, gone: true }, { a: 1, b: { c: 1, d: 3 }, list: [1] })).toEqual({
    b: { d: 3 },
    gone: null,
    list: [1],
  })
  expect(patchOf({ a: [1] }, { a: [1], b: undefined })).toBeUndefined()
})
