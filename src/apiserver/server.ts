import { type Clock, type Handler, type Log, messageOf, silentLog, systemClock } from '#base'
import { bootstrap } from './bootstrap.ts'
import { type Core, createJsonCache } from './core.ts'
import { startCrdController } from './crd-controller.ts'
import { startEventExpiry } from './event-expiry.ts'
import { startGarbageCollector } from './gc.ts'
import { createHandler } from './handler.ts'
import { startNamespaces } from './namespaces.ts'
import { createOpenApi } from './openapi.ts'
import { createProtobufDecoder } from './protobuf/decode.ts'
import { createResourceRegistry } from './resources.ts'
import { startSimulation } from './simulate/simulation.ts'
import { createMemoryStore, type ObjectStore } from './storage.ts'
import { createWatchHub } from './watch.ts'

export interface ApiServerOptions {
  /** In memory by default. */
  store?: ObjectStore
  clock?: Clock
  log?: Log
  /** When set, requests need it as Bearer token. */
  token?: string
  /** Whether workloads become ready although nothing runs; true by default. */
  simulate?: boolean
  /** Milliseconds until a simulated workload is ready; 50 by default. */
  simulateDelay?: number
}

/** An embedded Kubernetes API. */
export interface ApiServer {
  /** Request → Response; to be called directly or served on a socket. */
  readonly handler: Handler
  readonly simulate: boolean
  /** Ends watches and timers, and closes the store. */
  close(): Promise<void>
}

/** Creates an API server with the objects of its store, and what every cluster has from the start. */
export async function createApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const { clock = systemClock, log = silentLog, token, simulate = true, simulateDelay = 50 } = options
  const store = options.store ?? createMemoryStore()
  const core: Core = {
    store,
    clock,
    log,
    resources: createResourceRegistry(store),
    jsonOf: createJsonCache(),
  }
  const hub = createWatchHub(core)
  const later = createTaskQueue(log)
  const stops = [
    startCrdController(core, later, (bucket) => hub.end(bucket)),
    startNamespaces(core, later),
    startGarbageCollector(core, later),
    startEventExpiry(core, later),
  ]
  bootstrap(core)
  if (simulate) stops.push(startSimulation(core, later, simulateDelay))
  const handler = createHandler({
    core,
    hub,
    openApi: createOpenApi(core),
    log,
    protobuf: createProtobufDecoder(),
    ...(token === undefined ? {} : { token }),
  })
  return {
    handler,
    simulate,
    async close() {
      for (const stop of stops) stop()
      later.stop()
      hub.end()
      await store.close()
    },
  }
}

/** Takes a task to be run once the write under way is done. */
interface TaskQueue {
  (task: () => void): void
  stop(): void
}

function createTaskQueue(log: Log): TaskQueue {
  let tasks: (() => void)[] = []
  let stopped = false
  const run = (): void => {
    const batch = tasks
    tasks = []
    for (const task of batch) {
      if (stopped) return
      try {
        task()
      } catch (error) {
        log.error('a controller of the embedded API server failed', { error: messageOf(error) })
      }
    }
  }
  const add = (task: () => void): void => {
    tasks.push(task)
    if (tasks.length === 1) queueMicrotask(run)
  }
  return Object.assign(add, {
    stop() {
      stopped = true
    },
  })
}
