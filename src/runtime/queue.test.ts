import { expect, test } from 'vitest'
import { createFakeClock } from '#testing'
import { WorkQueue } from './queue.ts'

test('a key added while it is being worked on comes back once, afterwards', () => {
  const queue = new WorkQueue()
  queue.add('a')
  expect(queue.take()).toBe('a')
  queue.add('a')
  queue.add('a')
  expect(queue.take()).toBeUndefined()
  queue.done('a')
  expect(queue.take()).toBe('a')
  queue.done('a')
  expect(queue.take()).toBeUndefined()
})

test('of several delayed adds the earliest counts', async () => {
  const clock = createFakeClock()
  const queue = new WorkQueue({ clock })
  queue.addAfter('a', 5000)
  queue.addAfter('a', 1000)
  queue.addAfter('a', 9000)
  await clock.turn(999)
  expect(queue.depth).toBe(0)
  await clock.turn(1)
  expect(queue.take()).toBe('a')
  queue.done('a')
  await clock.turn(60_000)
  expect(queue.depth).toBe(0)
})

test('retries wait 750 ms, doubled each time, at most 15 minutes, and start over after a success', () => {
  const queue = new WorkQueue({ clock: createFakeClock() })
  expect(Array.from({ length: 12 }, () => queue.retry('a')).map((ms) => ms / 1000)).toEqual([
    0.75, 1.5, 3, 6, 12, 24, 48, 96, 192, 384, 768, 900,
  ])
  queue.forget('a')
  expect(queue.retry('a')).toBe(750)
})
