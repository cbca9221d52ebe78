import { silentLog, systemClock } from '#base'
import { addKustomizations, addOCIRepositories, createTrees } from '#reconcilers'
import { Manager } from '#runtime'
import { type InProcess, memoryArtifacts } from '#testing'

/** The controllers against an API server and a registry in this process, not yet started. */
export function controllersIn({ cluster, registryFetch }: InProcess): Manager {
  const clock = systemClock
  const store = memoryArtifacts()
  const manager = new Manager({ cluster, clock, log: silentLog, instance: 'test', minRetryDelay: 20 })
  addOCIRepositories(manager, { cluster, clock, store, dial: () => registryFetch, concurrency: 4 })
  const openTree = createTrees({ store, fetch: registryFetch })
  addKustomizations(manager, {
    cluster,
    clock,
    log: silentLog,
    openTree,
    concurrency: 4,
    requeueDependency: 30_000,
  })
  return manager
}
