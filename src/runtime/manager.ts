import type { KubeObject } from '#api'
import type { Clock, Fetch, Handler, Log } from '#base'
import type { Cluster } from '#kube'
import { Controller, type ControllerOptions } from './controller.ts'
import { type EventRecorder, openEventRecorder } from './events.ts'
import type { Definition } from './fact.ts'
import { type Informer, openInformer } from './informer.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import type { CommonStatus } from './status.ts'

export interface ManagerOptions
  extends Pick<ControllerOptions<KubeObject>, 'jitter' | 'minRetryDelay' | 'maxRetryDelay'> {
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
}

type Stoppable = Pick<Controller<KubeObject, CommonStatus>, 'start' | 'stop'>

/** Everything that runs in one process: the informers, the controllers, their events and metrics. */
export class Manager {
  readonly metrics: Metrics = createMetrics()
  readonly #options: ManagerOptions
  readonly #stopping = new AbortController()
  readonly #informers = new Map<string, Informer<KubeObject>>()
  readonly #recorders = new Map<string, EventRecorder>()
  readonly #controllers: Stoppable[] = []
  #ready = false

  constructor(options: ManagerOptions) {
    this.#options = options
  }

  /** Aborted when the manager stops; ends informers and live views. */
  get signal(): AbortSignal {
    return this.#stopping.signal
  }

  /** The informer of a kind, one for everybody who asks. */
  informer<O extends KubeObject>(apiVersion: string, kind: string): Informer<O> {
    const { cluster, clock, log, namespace, labelSelector } = this.#options
    const key = `${apiVersion} ${kind}`
    const scope = { ...(namespace ? { namespace } : {}), ...(labelSelector ? { labelSelector } : {}) }
    const informer =
      this.#informers.get(key) ??
      openInformer<KubeObject>(cluster, { apiVersion, kind, ...scope }, { signal: this.signal, clock, log })
    this.#informers.set(key, informer)
    return informer as Informer<O>
  }

  /** Adds the controller of a kind. */
  add<O extends KubeObject, S extends CommonStatus>(
    definition: Definition<O, S>,
    concurrency: number,
  ): Controller<O, S> {
    const { metrics } = this
    const informer = this.informer<O>(definition.apiVersion, definition.kind)
    const controller = new Controller(definition, {
      ...this.#options,
      informer,
      events: this.#recorder(definition.controller),
      metrics,
      concurrency,
    })
    this.#controllers.push(controller)
    return controller
  }

  /** Waits for the informers' first lists, then begins to reconcile. */
  async start(): Promise<void> {
    await Promise.all([...this.#informers.values()].map(({ synced }) => synced))
    for (const controller of this.#controllers) controller.start()
    this.#ready = true
  }

  /** Ends gracefully: no new work, running reconciles to their end, events written. */
  async stop(): Promise<void> {
    this.#ready = false
    await Promise.all(this.#controllers.map((controller) => controller.stop()))
    await Promise.all([...this.#recorders.values()].map((events) => events.flush()))
    this.#stopping.abort(new Error('the manager stopped'))
  }

  /** `/healthz` and `/readyz`. */
  readonly health: Handler = ({ url }) => {
    const { pathname } = new URL(url)
    if (pathname !== '/healthz' && pathname !== '/readyz') return notFound()
    return pathname === '/healthz' || this.#ready
      ? new Response('ok')
      : new Response('not ready', { status: 500 })
  }

  /** `/metrics`. */
  readonly scrape: Handler = ({ url }) => {
    if (new URL(url).pathname !== '/metrics') return notFound()
    return new Response(this.metrics.render(), {
      headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
    })
  }

  #recorder(controller: string): EventRecorder {
    const { cluster, clock, log, eventsAddress, fetch, instance } = this.#options
    const sending = { ...(eventsAddress ? { address: eventsAddress } : {}), ...(fetch ? { fetch } : {}) }
    const recorder =
      this.#recorders.get(controller) ??
      openEventRecorder({ cluster, controller, instance, clock, log, ...sending })
    this.#recorders.set(controller, recorder)
    return recorder
  }
}

function notFound(): Response {
  return new Response('404 page not found\n', { status: 404 })
}
