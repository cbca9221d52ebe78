import { expect, test } from 'vitest'
import type { Clock } from './clock.ts'
import { SluiceError } from './error.ts'
import { retry } from './retry.ts'

function recordingClock(): { clock: Clock; slept: number[] } {
  const slept: number[] = []
  return {
    slept,
    clock: { now: () => 0, sleep: async (ms) => void slept.push(ms), after: () => () => undefined },
  }
}

function failing(times: number, options = { retryable: true }): () => Promise<string> {
  let calls = 0
  return async () => {
    if (calls++ < times) throw new SluiceError('X', `Cannot do it for the ${calls}. time`, options)
    return `done at ${calls}`
  }
}

test('retry() repeats what may succeed later, waiting longer each time', async () => {
  const { clock, slept } = recordingClock()
  expect(await retry(failing(2), { clock, base: 100, random: () => 1 })).toBe('done at 3')
  expect(slept).toEqual([100, 200])
})

test('retry() gives up after its attempts and throws the last error', async () => {
  const { clock } = recordingClock()
  await expect(retry(failing(9), { clock, attempts: 3 })).rejects.toThrow('for the 3. time')
})

test('retry() does not repeat what cannot succeed', async () => {
  const { clock, slept } = recordingClock()
  await expect(retry(failing(1, { retryable: false }), { clock })).rejects.toThrow()
  expect(slept).toEqual([])
})

test('retry() waits exactly as long as it was asked to, and not at all beyond its limit', async () => {
  const { clock, slept } = recordingClock()
  await retry(failing(1, { retryable: true, retryAfter: 7000 } as { retryable: boolean }), { clock })
  expect(slept).toEqual([7000])
  await expect(
    retry(failing(1, { retryable: true, retryAfter: 99_000 } as { retryable: boolean }), { clock }),
  ).rejects.toThrow()
})
