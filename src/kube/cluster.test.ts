import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KubeObject } from '#api'
import { isCode } from '#base'
import { type InProcess, startInProcess } from '#testing'
import { applyAll } from './apply.ts'
import { entryOf } from './inventory.ts'
import { openLiveView, refOf } from './live.ts'
import { prune } from './prune.ts'
import { waitHealthy } from './wait.ts'

let world: InProcess
const stop = new AbortController()
beforeAll(async () => {
  world = await startInProcess()
})
afterAll(async () => {
  stop.abort()
  await world.close()
})

const configMap = (
  name: string,
  data: Record<string, string>,
  metadata: Partial<KubeObject['metadata']> = {},
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', ...metadata },
  data,
})

describe('a cluster', () => {
  test('creates, reads, patches, lists and removes an object', async () => {
    const { cluster } = world
    const created = await cluster.create(configMap('one', { a: '1' }), { manager: 'test' })
    expect(created.metadata.uid).toBeTruthy()
    await cluster.patch(refOf(created), 'merge', { data: { b: '2' } }, { manager: 'test' })
    expect((await cluster.get(refOf(created)))['data']).toEqual({ a: '1', b: '2' })
    const { items } = await cluster.list({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'default',
      fieldSelector: 'metadata.name=one',
    })
    expect(items.map(({ kind, metadata }) => [kind, metadata.name])).toEqual([['ConfigMap', 'one']])
    await cluster.remove(refOf(created))
    await expect(cluster.get(refOf(created))).rejects.toMatchObject({
      code: 'KUBE_NOT_FOUND',
      message: 'configmaps "one" not found',
    })
  })

  test('names a kind that the server does not know', async () => {
    const failure = await world.cluster
      .get({ apiVersion: 'v1', kind: 'Wombat', name: 'x' })
      .catch((error: unknown) => error)
    expect(isCode(failure, 'KUBE_KIND_UNKNOWN')).toBe(true)
  })

  test('names the kind that was probably meant', async () => {
    const get = (kind: string): Promise<unknown> =>
      world.cluster.get({ apiVersion: 'apps/v1', kind, name: 'x' })
    await expect(get('Deploment')).rejects.toThrow(
      'no matches for kind "Deploment" in version "apps/v1", did you mean Deployment?',
    )
  })

  test('tells what changes from a version on', async () => {
    const { cluster } = world
    const { resourceVersion } = await cluster.list({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'default',
    })
    const ended = new AbortController()
    const seen: string[] = []
    await cluster.create(configMap('watched', {}), { manager: 'test' })
    for await (const { type, object } of cluster.watch(
      { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default' },
      { resourceVersion, signal: ended.signal },
    )) {
      seen.push(`${type} ${object.metadata.name}`)
      if (seen.length === 1) await cluster.remove(refOf(object))
      else break
    }
    ended.abort()
    expect(seen).toEqual(['ADDED watched', 'DELETED watched'])
  })
})

describe('applyAll()', () => {
  const owner = { 'kustomize.toolkit.fluxcd.io/name': 'app' }
  const options = (): Parameters<typeof applyAll>[2] => ({
    manager: 'kustomize-controller',
    controls: 'kustomize.toolkit.fluxcd.io',
    live: openLiveView(world.cluster, {
      labelSelector: 'kustomize.toolkit.fluxcd.io/name',
      signal: stop.signal,
    }),
    memory: new Map(),
  })
  const deployment: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default', labels: owner },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'web', image: 'nginx:1', ports: [{ containerPort: 80 }] }] },
      },
    },
  }
  const actions = (changes: Awaited<ReturnType<typeof applyAll>>): string[] =>
    changes.changes.map(({ ref, action }) => `${ref.kind}/${ref.name} ${action}`)

  test('creates, then leaves alone without a request, then corrects a drift', async () => {
    const opts = options()
    const objects = [deployment, configMap('settings', { a: '1' }, { labels: owner })]
    expect(actions(await applyAll(world.cluster, objects, opts))).toEqual([
      'ConfigMap/settings created',
      'Deployment/web created',
    ])
    world.requests.length = 0
    expect(actions(await applyAll(world.cluster, objects, opts))).toEqual([
      'ConfigMap/settings unchanged',
      'Deployment/web unchanged',
    ])
    expect(world.requests).toEqual([])

    const drifted = refOf(configMap('settings', {}))
    const edited = await world.cluster.patch(
      drifted,
      'merge',
      { data: { a: 'edited', extra: 'x' } },
      { manager: 'kubectl-edit' },
    )
    await expect
      .poll(() => opts.live.get(drifted)?.object.metadata.resourceVersion)
      .toBe(edited.object.metadata.resourceVersion)
    expect(actions(await applyAll(world.cluster, objects, opts))).toEqual([
      'ConfigMap/settings configured',
      'Deployment/web unchanged',
    ])
    expect((await world.cluster.get(drifted))['data']).toEqual({ a: '1' })
  })

  test('tries every object of a stage and names the one that was refused', async () => {
    const bad = { ...configMap('Not_A_Name', {}, { labels: owner }) }
    const { changes, failures } = await applyAll(
      world.cluster,
      [bad, configMap('fine', {}, { labels: owner })],
      options(),
    )
    expect(changes.map(({ ref }) => ref.name)).toEqual(['fine'])
    expect(failures[0]?.error.message).toMatch(/^ConfigMap\/default\/Not_A_Name dry-run failed \(Invalid\): /)
  })

  test('leaves an object alone that says so', async () => {
    const ignored = configMap(
      'ignored',
      {},
      { labels: owner, annotations: { 'kustomize.toolkit.fluxcd.io/reconcile': 'Disabled' } },
    )
    expect(actions(await applyAll(world.cluster, [ignored], options()))).toEqual([
      'ConfigMap/ignored skipped',
    ])
  })

  test('a wait ends when the workloads are there', async () => {
    const opts = options()
    await applyAll(
      world.cluster,
      [{ ...deployment, metadata: { ...deployment.metadata, name: 'waited' } }],
      opts,
    )
    await waitHealthy([{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'waited', namespace: 'default' }], {
      cluster: world.cluster,
      live: opts.live,
      timeout: 5000,
    })
  })

  test('prune() deletes what carries our labels and keeps what does not', async () => {
    const mine = configMap('mine', {}, { labels: owner })
    const theirs = configMap('theirs', {})
    for (const object of [mine, theirs]) await world.cluster.create(object, { manager: 'test' })
    const { deleted, failures } = await prune(world.cluster, [mine, theirs].map(entryOf), {
      controls: 'kustomize.toolkit.fluxcd.io',
      owner,
    })
    expect(deleted.map(({ name }) => name)).toEqual(['mine'])
    expect(failures).toEqual([])
    expect(await world.cluster.get(refOf(theirs))).toBeTruthy()
  })
})
