import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApiServer, openDiskStore } from '#apiserver'
import {
  formatYaml,
  type Handler,
  isCode,
  isObject,
  type Listener,
  type ListenOptions,
  type Log,
  listen,
} from '#base'
import { type Cluster, connect } from '#kube'
import { createRegistry, diskStore } from '#registry'
import { installCrds, startControllers, storageBelow } from '../controllers.ts'

/** A registry, a Kubernetes API and the controllers on free loopback ports: a whole delivery on one machine. */
export interface Playground {
  readonly cluster: Cluster
  /** host:port. */
  readonly registry: string
  readonly apiUrl: string
  /** Path of a kubeconfig for the API. */
  readonly kubeconfig: string
  /** Whether the state of an earlier run was found. */
  readonly continued: boolean
  /** Ends everything; a playground without a data folder leaves nothing behind. */
  stop(): Promise<void>
}

export interface PlaygroundOptions {
  /** Keeps the state; forgotten at the end when absent. */
  dataDir?: string
  log: Log
  signal: AbortSignal
}

interface Ports {
  registry: number
  api: number
}

/** Starts a {@link Playground}. */
export async function startPlayground({ dataDir, log, signal }: PlaygroundOptions): Promise<Playground> {
  const folder = dataDir ?? mkdtempSync(join(tmpdir(), 'sluice-'))
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const before = readPorts(join(folder, 'ports.json'))
  const stops: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end()
    if (dataDir === undefined) rmSync(folder, { recursive: true, force: true })
  }
  try {
    const registry = createRegistry({
      log,
      ...(dataDir ? { store: diskStore(join(folder, 'registry')) } : {}),
    })
    const api = await createApiServer({
      log,
      ...(dataDir ? { store: await openDiskStore(join(folder, 'cluster')) } : {}),
    })
    stops.push(() => api.close())
    const registryServer = await listenAgain(registry.handler, { port: before.registry, log })
    stops.push(() => registryServer.close())
    const apiServer = await listenAgain(api.handler, { port: before.api, log })
    stops.push(() => apiServer.close())
    writeFileSync(
      join(folder, 'ports.json'),
      JSON.stringify({ registry: registryServer.port, api: apiServer.port }),
    )

    const kubeconfig = join(folder, 'kubeconfig')
    writeFileSync(kubeconfig, kubeconfigFor(apiServer.url), { mode: 0o600 })
    const connection = await connect({ server: apiServer.url })
    stops.push(() => connection.close())
    await installCrds(connection.cluster, signal)
    const controllers = await startControllers({
      cluster: connection.cluster,
      log,
      storagePath: storageBelow(folder),
      storageAddr: '127.0.0.1:0',
      healthAddr: '127.0.0.1:0',
      metricsAddr: '127.0.0.1:0',
      concurrent: { sources: 4, kustomizations: 4 },
      requeueDependency: 30_000,
    })
    stops.push(() => controllers.stop())
    return {
      cluster: connection.cluster,
      registry: `127.0.0.1:${registryServer.port}`,
      apiUrl: apiServer.url,
      kubeconfig,
      continued: before.api !== 0,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

// A continued playground keeps its addresses, so that shells and manifests that name them go on working.
async function listenAgain(handler: Handler, options: ListenOptions): Promise<Listener> {
  try {
    return await listen(handler, options)
  } catch (error) {
    if (!isCode(error, 'ADDRESS_UNAVAILABLE')) throw error
    return listen(handler, { ...options, port: 0 })
  }
}

function readPorts(file: string): Ports {
  const none = { registry: 0, api: 0 }
  try {
    const ports: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return isObject(ports) ? { ...none, ...(ports as Partial<Ports>) } : none
  } catch {
    // Not there or not ours: any free port will do.
    return none
  }
}

// No credential: kubectl sends none over plain HTTP, and the address is this machine's own.
function kubeconfigFor(server: string): string {
  return formatYaml({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'sluice', cluster: { server } }],
    users: [{ name: 'sluice', user: {} }],
    contexts: [{ name: 'sluice', context: { cluster: 'sluice', user: 'sluice' } }],
    'current-context': 'sluice',
  })
}
