import { hostname } from 'node:os'
import { join } from 'node:path'
import { type Artifact, crds } from '#api'
import { artifactHandler, openArtifactStore } from '#artifact'
import {
  type Clock,
  type Dialer,
  type DialOptions,
  type Fetch,
  isCode,
  type Listener,
  type Log,
  listen,
  openDialer,
  SluiceError,
  systemClock,
} from '#base'
import { type Cluster, openLiveView, waitHealthy } from '#kube'
import { addKustomizations, addOCIRepositories, createTrees } from '#reconcilers'
import { Manager } from '#runtime'
import { addressOf } from './address.ts'

export interface ControllersOptions {
  cluster: Cluster
  log: Log
  /** Folder of stored artifacts. */
  storagePath: string
  /** host:port to listen on; an empty host means every address. */
  storageAddr: string
  metricsAddr: string
  healthAddr: string
  /** host:port under which others reach the artifacts; where they are served when absent. */
  storageAdvAddr?: string
  eventsAddr?: string
  namespace?: string
  labelSelector?: string
  concurrent: { sources: number; kustomizations: number }
  requeueDependency: number
  minRetryDelay?: number
  maxRetryDelay?: number
  jitter?: number
  /** How long (milliseconds) and how many replaced artifacts stay. */
  retention?: { ttl: number; records: number }
  noCrossNamespaceRefs?: boolean
  defaultServiceAccount?: string
  clock?: Clock
}

/** The controllers of sluice at work, with their three servers. */
export interface Controllers {
  readonly artifactsUrl: string
  readonly healthUrl: string
  readonly metricsUrl: string
  /** Ends gracefully: work under way to its end, events written, sockets closed. */
  stop(): Promise<void>
}

/** Starts the controllers against a cluster that serves our CRDs. */
export async function startControllers(options: ControllersOptions): Promise<Controllers> {
  const { cluster, log, clock = systemClock, eventsAddr } = options
  // All three are read before the first is opened: a wrong one leaves nothing behind.
  const [storage, health, metrics] = [options.storageAddr, options.healthAddr, options.metricsAddr].map(
    (address) => ({ ...addressOf(address), log }),
  )
  const dialers = createDialers()
  let advertised = options.storageAdvAddr ?? ''
  const store = openArtifactStore({ dir: options.storagePath, advertise: () => advertised, clock })
  const artifacts = await listen(artifactHandler(store), storage)
  if (advertised === '') advertised = `${hostFor(options.storageAddr)}:${artifacts.port}`

  const manager = new Manager({
    cluster,
    clock,
    log,
    instance: hostname(),
    fetch: dialers.dial({}),
    ...(eventsAddr ? { eventsAddress: eventsAddr } : {}),
    ...(options.namespace ? { namespace: options.namespace } : {}),
    ...(options.labelSelector ? { labelSelector: options.labelSelector } : {}),
    ...(options.jitter === undefined ? {} : { jitter: options.jitter }),
    ...(options.minRetryDelay === undefined ? {} : { minRetryDelay: options.minRetryDelay }),
    ...(options.maxRetryDelay === undefined ? {} : { maxRetryDelay: options.maxRetryDelay }),
  })
  const trees = createTrees({ store, fetch: dialers.dial({}) })
  addOCIRepositories(manager, {
    cluster,
    clock,
    store,
    dial: dialers.dial,
    concurrency: options.concurrent.sources,
    ...(options.retention ? { retention: options.retention } : {}),
  })
  addKustomizations(manager, {
    cluster,
    clock,
    log,
    openTree: (artifact: Artifact) => trees(artifact),
    concurrency: options.concurrent.kustomizations,
    requeueDependency: options.requeueDependency,
    ...(options.noCrossNamespaceRefs ? { noCrossNamespaceRefs: true } : {}),
    ...(options.defaultServiceAccount ? { defaultServiceAccount: options.defaultServiceAccount } : {}),
  })
  const servers: Listener[] = [
    artifacts,
    await listen(manager.health, health),
    await listen(manager.scrape, metrics),
  ]
  await manager.start()
  return {
    artifactsUrl: artifacts.url,
    healthUrl: servers[1]?.url ?? '',
    metricsUrl: servers[2]?.url ?? '',
    async stop() {
      await manager.stop()
      await Promise.all(servers.map((server) => server.close()))
      await dialers.close()
    },
  }
}

/** Installs our CRDs and waits until the cluster serves them. */
export async function installCrds(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const ended = new AbortController()
  const live = openLiveView(cluster, {
    labelSelector: 'app.kubernetes.io/part-of=sluice',
    signal: ended.signal,
  })
  try {
    for (const crd of crds) {
      const ref = { apiVersion: crd.apiVersion, kind: crd.kind, name: crd.metadata.name }
      await cluster.patch(ref, 'apply', crd, { manager: 'sluice', force: true })
    }
    const refs = crds.map(({ apiVersion, kind, metadata }) => ({ apiVersion, kind, name: metadata.name }))
    await waitHealthy(refs, { cluster, live, timeout: 60_000, signal })
  } finally {
    ended.abort()
  }
}

/** Throws `CRDS_MISSING` unless the cluster serves every kind of ours. */
export async function checkCrds(cluster: Cluster): Promise<void> {
  for (const { spec } of crds) {
    const version = spec.versions.find(({ storage }) => storage)?.name ?? ''
    try {
      await cluster.resourceOf(`${spec.group}/${version}`, spec.names.kind)
    } catch (error) {
      if (!isCode(error, 'KUBE_KIND_UNKNOWN')) throw error
      throw new SluiceError(
        'CRDS_MISSING',
        `Cannot run: found no ${spec.names.kind} in ${spec.group}/${version}, wanted the CRDs installed (--install-crds does it)`,
        { cause: error },
      )
    }
  }
}

/** Where artifacts are kept below a data folder. */
export function storageBelow(dataDir: string): string {
  return join(dataDir, 'artifacts')
}

// One pool per set of options for as long as the controllers run: a source's next look reuses its connection.
function createDialers(): { dial(options: DialOptions): Fetch; close(): Promise<void> } {
  const dialers = new Map<string, Dialer>()
  return {
    dial(options) {
      const key = JSON.stringify(options)
      const dialer = dialers.get(key) ?? openDialer(options)
      dialers.set(key, dialer)
      return dialer.fetch
    },
    async close() {
      await Promise.all([...dialers.values()].map((dialer) => dialer.close()))
    },
  }
}

function hostFor(address: string): string {
  const host = address.slice(0, address.lastIndexOf(':'))
  return host === '' || host === '0.0.0.0' ? 'localhost' : host
}
