import type { WorkQueue } from './queue.ts'

/** A bounded number of workers over a queue. */
export interface Workers {
  /** How many are at work, waits left out. */
  readonly active: number
  start(): void
  /** Gives the worker back while `task` runs, so that waiting stands in nobody's way. */
  idle<T>(task: () => Promise<T>): Promise<T>
  /** Takes nothing new and resolves when everything begun has ended. */
  stop(): Promise<void>
}

/** Runs `work` for every key of the queue, at most `bound` at once. `work` must not reject. */
export function createWorkers(
  queue: WorkQueue,
  bound: number,
  work: (key: string) => Promise<void>,
): Workers {
  let active = 0
  let started = false
  let stopped = false
  const begun = new Set<Promise<void>>()
  const resuming: (() => void)[] = []

  const pump = (): void => {
    if (!started) return
    while (active < bound) {
      // What was begun is finished before something new is taken up.
      const resume = resuming.shift()
      if (resume) {
        active++
        resume()
        continue
      }
      const key = stopped ? undefined : queue.take()
      if (key === undefined) return
      active++
      const run = work(key).finally(() => {
        begun.delete(run)
        queue.done(key)
        active--
        pump()
      })
      begun.add(run)
    }
  }
  const workers: Workers = {
    get active() {
      return active
    },
    start() {
      started = true
      pump()
    },
    async idle(task) {
      active--
      pump()
      try {
        return await task()
      } finally {
        await new Promise<void>((resume) => {
          resuming.push(resume)
          pump()
        })
      }
    },
    async stop() {
      stopped = true
      await Promise.allSettled(begun)
    },
  }
  queue.onReady(pump)
  return workers
}
