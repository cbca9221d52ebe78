import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFakeClock, type InProcess, settled, startInProcess } from '#testing'
import { openLiveView } from './live.ts'
import { waitHealthy } from './wait.ts'

const stop = new AbortController()
let world: InProcess
beforeAll(async () => {
  world = await startInProcess()
})
afterAll(async () => {
  stop.abort()
  await world.close()
})

const missing = { apiVersion: 'v1', kind: 'ConfigMap', name: 'missing', namespace: 'default' }
const viewed = (): ReturnType<typeof openLiveView> =>
  openLiveView(world.cluster, { labelSelector: 'nobody=has', signal: stop.signal })

test('a wait that is cancelled while it looks ends at once, not at its timeout', async () => {
  const cancel = new AbortController()
  const reason = new Error('no longer wanted')
  const { cluster } = world
  const looking = {
    ...cluster,
    get: () => {
      cancel.abort(reason)
      return cluster.get(missing)
    },
  } as typeof cluster
  const waiting = waitHealthy([missing], {
    cluster: looking,
    live: viewed(),
    timeout: 60_000,
    signal: cancel.signal,
  })
  await expect(waiting).rejects.toBe(reason)
})

test('a wait names what it waited for when its time is over', async () => {
  const clock = createFakeClock()
  const outcome = waitHealthy([missing], {
    cluster: world.cluster,
    live: viewed(),
    timeout: 30_000,
    clock,
  }).catch((error: unknown) => error)
  const turned = async (): Promise<unknown> => {
    await clock.turn(31_000)
    return Promise.race([outcome, settled()])
  }
  await expect.poll(turned).toMatchObject({
    code: 'HEALTH_CHECK_FAILED',
    message: expect.stringMatching(
      /timeout waiting for: \[ConfigMap\/default\/missing status: 'NotFound'\]$/,
    ),
  })
})
