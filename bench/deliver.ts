// How much a delivery costs: N OCIRepository + Kustomization pairs of four objects with `wait`, against the embedded API
// server in this process. Prints requests a pair (counted) and the process's CPU a pair (server included).
//
//   node scripts/bench.mjs deliver [N]
import type { KubeObject } from '#api'

import { installCrds, isReady, kustomizationIn, push, sourceIn, startInProcess, until } from '#testing'
import { controllersIn } from '../test/support/controllers.ts'

const pairs = Number(process.argv[2] ?? 100)
const world = await startInProcess()
await installCrds(world)
const manager = controllersIn(world)
await manager.start()
await push(world, 'registry.test/bench:latest', {
  'app.yaml': manifest('apps/v1', 'Deployment', {
    replicas: 0,
    selector: { matchLabels: { app: 'x' } },
    template: { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'x', image: 'x:1' }] } },
  }),
  'service.yaml': manifest('v1', 'Service', { selector: { app: 'x' }, ports: [{ port: 80 }] }),
  'account.yaml': JSON.stringify({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'x' } }),
  'settings.yaml': JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'x' },
    data: { a: '1' },
  }),
})
for (let i = 0; i < pairs; i++)
  await world.cluster.create(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `bench-${i}` } },
    { manager: 'bench' },
  )

world.requests.length = 0
world.registryRequests.length = 0
const before = process.cpuUsage()
const started = performance.now()
const deliveries = Array.from({ length: pairs }, (_, i) => pair(`bench-${i}`))
for (const objects of deliveries)
  for (const object of objects) await world.cluster.create(object, { manager: 'bench' })
await Promise.all(
  deliveries.map(([, kustomization]) => until(world, kustomization as KubeObject, isReady(), 120_000)),
)
const seconds = (performance.now() - started) / 1000
const { user, system } = process.cpuUsage(before)
// The listing that each `until` makes is the bench's own.
const requests = world.requests.filter((line) => !line.includes('fieldSelector')).length
console.log(
  `${pairs} pairs Ready in ${seconds.toFixed(2)} s, CPU ${((user + system) / 1000 / pairs).toFixed(1)} ms a pair (API server included)`,
)
console.log(
  `API requests a pair, the user's two included: ${(requests / pairs).toFixed(1)}; registry requests a pair: ${(world.registryRequests.length / pairs).toFixed(1)}`,
)
const kinds = new Map<string, number>()
for (const line of world.requests) {
  const kind = line
    .replace(/bench-\d+/, 'NS')
    .replace(/\.[0-9a-f]{16}/, '')
    .replace(/\?.*/, '')
  kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
}
for (const [kind, count] of [...kinds].sort((a, b) => b[1] - a[1]).slice(0, 14))
  console.log(`  ${(count / pairs).toFixed(2)}  ${kind}`)
await manager.stop()
await world.close()

function manifest(apiVersion: string, kind: string, spec: object): string {
  return JSON.stringify({ apiVersion, kind, metadata: { name: 'x' }, spec })
}

function pair(namespace: string): KubeObject[] {
  const source = sourceIn(namespace, { url: 'oci://registry.test/bench' })
  return [source, kustomizationIn(namespace, { targetNamespace: namespace })]
}
