import type { KubeObject } from '#api'
import type { Clock, Handler, Log } from '#base'
import type { Cluster } from '#kube'
import { type Controller, createController } from './controller.ts'
import { type EventRecorder, openEventRecorder } from './events.ts'
import type { Definition } from './fact.ts'
import { type Informer, openInformer } from './informer.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import type { CommonStatus } from './status.ts'
import type { Fetch } from '#base'

export interface ManagerOptions {
  cluster: Cluster
  clock: Clock
  log: Log
  /** Only this namespace; all when absent. */
  namespace?: string
  /** Only objects that match (sharding). */
  labelSelector?: string
  /** Where to POST events. */
  eventsAddress?: string
  fetch?: Fetch
  /** Reporting instance of events. */
  instance: string
  jitter?: number
  minRetryDelay?: number
  maxRetryDelay?: number
}

/** Everything that runs in one process: the informers, the controllers, their events and metrics. */
export interface Manager {
  readonly metrics: Metrics
  /** Aborted when the manager stops; ends informers and live views. */
  readonly signal: AbortSignal
  informer<O extends KubeObject>(apiVersion: string, kind: string): Informer<O>
  add<O extends KubeObject, S extends CommonStatus>(
    definition: Definition<O, S>,
    concurrency: number,
  ): Controller
  /** Waits for the informers' first lists, then begins to reconcile. */
  start(): Promise<void>
  /** Ends gracefully: no new work, running reconciles to their end, events written. */
  stop(): Promise<void>
  /** `/healthz` and `/readyz`. */
  readonly health: Handler
  /** `/metrics`. */
  readonly scrape: Handler
}

/** Creates a {@link Manager}; nothing happens before `start`. */
export function createManager(options: ManagerOptions): Manager {
  const { cluster, clock, log } = options
  const stopping = new AbortController()
  const metrics = createMetrics()
  const informers = new Map<string, Informer<KubeObject>>()
  const recorders = new Map<string, EventRecorder>()
  const controllers: Controller[] = []
  let ready = false

  const informer = <O extends KubeObject>(apiVersion: string, kind: string): Informer<O> => {
    const key = `${apiVersion} ${kind}`
    const known =
      informers.get(key) ??
      openInformer<KubeObject>(
        cluster,
        { apiVersion, kind, ...scope(options) },
        { signal: stopping.signal, clock, log },
      )
    informers.set(key, known)
    return known as Informer<O>
  }
  const recorder = (controller: string): EventRecorder => {
    const { eventsAddress, fetch, instance } = options
    const known =
      recorders.get(controller) ??
      openEventRecorder({
        cluster,
        controller,
        instance,
        clock,
        log,
        ...(eventsAddress ? { address: eventsAddress } : {}),
        ...(fetch ? { fetch } : {}),
      })
    recorders.set(controller, known)
    return known
  }
  return {
    metrics,
    signal: stopping.signal,
    informer,
    add(definition, concurrency) {
      const controller = createController(definition, {
        cluster,
        informer: informer(definition.apiVersion, definition.kind),
        events: recorder(definition.controller),
        metrics,
        clock,
        log,
        concurrency,
        ...(options.jitter === undefined ? {} : { jitter: options.jitter }),
        ...(options.minRetryDelay === undefined ? {} : { minRetryDelay: options.minRetryDelay }),
        ...(options.maxRetryDelay === undefined ? {} : { maxRetryDelay: options.maxRetryDelay }),
      })
      controllers.push(controller)
      return controller
    },
    async start() {
      await Promise.all([...informers.values()].map(({ synced }) => synced))
      for (const controller of controllers) controller.start()
      ready = true
    },
    async stop() {
      ready = false
      await Promise.all(controllers.map((controller) => controller.stop()))
      await Promise.all([...recorders.values()].map((events) => events.flush()))
      stopping.abort(new Error('the manager stopped'))
    },
    health: ({ url }) => {
      const { pathname } = new URL(url)
      if (pathname !== '/healthz' && pathname !== '/readyz')
        return new Response('404 page not found\n', { status: 404 })
      return pathname === '/healthz' || ready
        ? new Response('ok')
        : new Response('not ready', { status: 500 })
    },
    scrape: ({ url }) =>
      new URL(url).pathname === '/metrics'
        ? new Response(metrics.render(), {
            headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
          })
        : new Response('404 page not found\n', { status: 404 }),
  }
}

function scope({ namespace, labelSelector }: ManagerOptions): { namespace?: string; labelSelector?: string } {
  return { ...(namespace ? { namespace } : {}), ...(labelSelector ? { labelSelector } : {}) }
}
