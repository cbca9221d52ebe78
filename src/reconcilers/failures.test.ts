import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KubeObject, Kustomization } from '#api'
import { type ObjectRef, refOf } from '#kube'
import type { Manager } from '#runtime'
import {
  type InProcess,
  installCrds,
  isReady,
  kustomizationIn,
  push,
  sourceIn,
  startInProcess,
  until,
} from '#testing'
import { controllersIn } from '../../test/support/controllers.ts'

let world: InProcess
let manager: Manager
beforeAll(async () => {
  world = await startInProcess()
  await installCrds(world)
  manager = controllersIn(world)
  await manager.start()
})
afterAll(async () => {
  await manager.stop()
  await world.close()
})

async function given(
  namespace: string,
  files: Record<string, string>,
  spec: object = {},
): Promise<{ source: KubeObject; app: KubeObject; publish(files: Record<string, string>): Promise<string> }> {
  const source = sourceIn(namespace)
  const app = kustomizationIn(namespace, { timeout: '1m', ...spec })
  const publish = async (next: Record<string, string>): Promise<string> => {
    const digest = await push(world, `registry.test/${namespace}:latest`, next)
    const asked = { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': digest } } }
    await world.cluster.patch(refOf(source), 'merge', asked, { manager: 'test' })
    return digest
  }
  await push(world, `registry.test/${namespace}:latest`, files)
  await world.cluster.create(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { manager: 'test' },
  )
  for (const object of [source, app]) await world.cluster.create(object, { manager: 'test' })
  return { source, app, publish }
}

const configMap = (namespace: string, name: string, more: object = {}): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace },
    data: { key: 'value' },
    ...more,
  })
const deployment = (
  namespace: string,
  name: string,
  more: { simulate?: string; app?: string; image?: string } = {},
): string =>
  JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, annotations: more.simulate ? { 'sluice.dev/simulate': more.simulate } : {} },
    spec: {
      selector: { matchLabels: { app: more.app ?? name } },
      template: {
        metadata: { labels: { app: more.app ?? name } },
        spec: { containers: [{ name: 'c', image: more.image ?? 'nginx:1' }] },
      },
    },
  })
const ref = (kind: string, namespace: string, name: string): ObjectRef => ({
  apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1',
  kind,
  namespace,
  name,
})
const isThere = (object: ObjectRef): Promise<boolean> =>
  world.cluster.get(object).then(
    () => true,
    () => false,
  )
const readyMessage = (object: Kustomization): string =>
  object.status?.conditions?.find(({ type }) => type === 'Ready')?.message ?? ''

describe('health', () => {
  test('an object that fails ends the wait at once and is named; the next revision mends it', async () => {
    const { app, publish } = await given('h-fail', {
      'd.yaml': deployment('h-fail', 'web', { simulate: 'fail' }),
    })
    const failed = await until<Kustomization>(world, app, isReady('False', 'HealthCheckFailed'))
    expect(readyMessage(failed)).toMatch(
      /^health check failed after .*: failed early due to stalled resources: \[Deployment\/h-fail\/web status: 'Failed'\]$/,
    )
    expect(
      failed.status?.conditions?.map(({ type, status, reason }) => `${type} ${status} ${reason}`),
    ).toEqual([
      'Reconciling True ProgressingWithRetry',
      'Ready False HealthCheckFailed',
      'Healthy False HealthCheckFailed',
    ])
    expect(failed.status?.inventory?.entries).toEqual([{ id: 'h-fail_web_apps_Deployment', v: 'v1' }])
    await publish({ 'd.yaml': deployment('h-fail', 'web', { image: 'nginx:2' }) })
    await until(world, app, isReady())
  })

  test('a wait shows what it waits for, and a new revision cancels it', async () => {
    const { app, publish } = await given('h-stuck', {
      'd.yaml': deployment('h-stuck', 'web', { simulate: 'stuck' }),
    })
    const waiting = await until<Kustomization>(world, app, isReady('Unknown', 'Progressing'))
    expect(waiting.status?.conditions?.[1]?.message).toBe('Reconciliation in progress')
    await until<Kustomization>(
      world,
      app,
      ({ status }) =>
        status?.conditions?.[0]?.message.startsWith('Running health checks for revision latest@sha256:') ??
        false,
    )
    const digest = await publish({ 'd.yaml': deployment('h-stuck', 'web', { image: 'nginx:2' }) })
    const ready = await until<Kustomization>(world, app, isReady())
    expect(ready.status?.lastAppliedRevision).toBe(`latest@${digest}`)
  })
})

describe('apply', () => {
  test('one bad object is named, the others are applied, and what was applied is owned', async () => {
    const { app } = await given('a-part', {
      'good.yaml': configMap('a-part', 'good'),
      'bad.yaml': configMap('a-part', 'Bad_Name'),
    })
    const failed = await until<Kustomization>(world, app, isReady('False', 'ReconciliationFailed'))
    expect(readyMessage(failed)).toMatch(
      /^ConfigMap\/a-part\/Bad_Name dry-run failed \(Invalid\): ConfigMap "Bad_Name" is invalid: metadata\.name: Invalid value: "Bad_Name"/,
    )
    expect(await isThere(ref('ConfigMap', 'a-part', 'good'))).toBe(true)
    expect(failed.status?.inventory?.entries.map(({ id }) => id)).toContain('a-part_good__ConfigMap')
    expect(failed.status?.lastAppliedRevision).toBeUndefined()
  })

  test('an object without a namespace is named before anything is applied', async () => {
    const { app } = await given('a-ns', {
      'a.yaml': configMap('a-ns', 'a'),
      'b.yaml': JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' } }),
    })
    const failed = await until<Kustomization>(world, app, isReady('False', 'ReconciliationFailed'))
    expect(readyMessage(failed)).toContain('ConfigMap/b namespace not specified')
    expect(await isThere(ref('ConfigMap', 'a-ns', 'a'))).toBe(false)
  })

  test('a kind that nobody serves is named, with the one that was probably meant', async () => {
    const { app } = await given('a-kind', {
      'a.yaml': JSON.stringify({
        apiVersion: 'apps/v1',
        kind: 'Deploymnet',
        metadata: { name: 'x', namespace: 'a-kind' },
      }),
    })
    const failed = await until<Kustomization>(world, app, isReady('False', 'ReconciliationFailed'))
    expect(readyMessage(failed)).toBe(
      'Deploymnet/a-kind/x dry-run failed: no matches for kind "Deploymnet" in version "apps/v1", did you mean Deployment?',
    )
  })

  test('a field that one of our kinds does not have is named, with the one that was probably meant', async () => {
    const source = sourceIn('a-field', { intervall: '1m' })
    const { app } = await given('a-field', {
      'a.yaml': JSON.stringify({ ...source, metadata: { name: 'x', namespace: 'a-field' } }),
    })
    const failed = await until<Kustomization>(world, app, isReady('False', 'ReconciliationFailed'))
    expect(readyMessage(failed)).toBe(
      'OCIRepository/a-field/x dry-run failed: failed to create typed patch object (a-field/x; source.toolkit.fluxcd.io/v1, Kind=OCIRepository): .spec.intervall: field not declared in schema, did you mean interval?',
    )
  })

  test('a definition and an object of it go in one delivery', async () => {
    const names = { kind: 'Gadget', listKind: 'GadgetList', plural: 'gadgets', singular: 'gadget' }
    const schema = {
      openAPIV3Schema: {
        type: 'object',
        properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
      },
    }
    const crd = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'gadgets.example.io' },
      spec: {
        group: 'example.io',
        names,
        scope: 'Namespaced',
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    }
    const gadget = {
      apiVersion: 'example.io/v1',
      kind: 'Gadget',
      metadata: { name: 'one', namespace: 'a-crd' },
      spec: { size: 3 },
    }
    const { app } = await given('a-crd', {
      'crd.yaml': JSON.stringify(crd),
      'gadget.yaml': JSON.stringify(gadget),
    })
    const ready = await until<Kustomization>(world, app, isReady())
    expect(ready.status?.inventory?.entries.map(({ id }) => id)).toEqual([
      '_gadgets.example.io_apiextensions.k8s.io_CustomResourceDefinition',
      'a-crd_one_example.io_Gadget',
    ])
  })

  test('an immutable field is refused, and the object is made anew where that is wanted', async () => {
    const { app, publish } = await given('a-imm', { 'd.yaml': deployment('a-imm', 'web') })
    await until(world, app, isReady())
    const before = (await world.cluster.get(ref('Deployment', 'a-imm', 'web'))).metadata.uid
    await publish({ 'd.yaml': deployment('a-imm', 'web', { app: 'changed' }) })
    const failed = await until<Kustomization>(world, app, isReady('False', 'ReconciliationFailed'))
    expect(readyMessage(failed)).toContain('field is immutable')
    await world.cluster.patch(refOf(app), 'merge', { spec: { force: true } }, { manager: 'test' })
    await until(world, app, isReady())
    expect((await world.cluster.get(ref('Deployment', 'a-imm', 'web'))).metadata.uid).not.toBe(before)
  })

  test('a broken manifest keeps everything as it was, and a file and line are named', async () => {
    const { app, publish } = await given('a-yaml', { 'a.yaml': configMap('a-yaml', 'a') })
    const good = await until<Kustomization>(world, app, isReady())
    await publish({ 'broken.yaml': 'apiVersion: v1\nkind: [\n' })
    const failed = await until<Kustomization>(world, app, isReady('False', 'BuildFailed'))
    expect(readyMessage(failed)).toMatch(/broken\.yaml/)
    expect(failed.status?.inventory).toEqual(good.status?.inventory)
    expect(await isThere(ref('ConfigMap', 'a-yaml', 'a'))).toBe(true)
  })
})

describe('deletion', () => {
  test.each<[string, object, boolean]>([
    ['d-mirror', {}, false],
    ['d-noprune', { prune: false }, true],
    ['d-orphan', { deletionPolicy: 'Orphan' }, true],
    ['d-delete', { prune: false, deletionPolicy: 'Delete' }, false],
    ['d-wait', { deletionPolicy: 'WaitForTermination' }, false],
  ])('%s: the policy says whether objects stay', async (namespace, spec, stays) => {
    const { app } = await given(namespace, { 'a.yaml': configMap(namespace, 'a') }, spec)
    await until(world, app, isReady())
    await world.cluster.remove(refOf(app))
    await expect.poll(() => isThere(refOf(app))).toBe(false)
    expect(await isThere(ref('ConfigMap', namespace, 'a'))).toBe(stays)
  })

  test('a suspended Kustomization leaves its objects', async () => {
    const { app } = await given('d-susp', { 'a.yaml': configMap('d-susp', 'a') })
    await until(world, app, isReady())
    await world.cluster.patch(refOf(app), 'merge', { spec: { suspend: true } }, { manager: 'test' })
    const suspended = await until<Kustomization>(world, app, ({ status }) => status?.observedGeneration === 2)
    expect(isReady()(suspended)).toBe(true)
    await world.cluster.remove(refOf(app))
    await expect.poll(() => isThere(refOf(app))).toBe(false)
    expect(await isThere(ref('ConfigMap', 'd-susp', 'a'))).toBe(true)
  })

  test('an object that somebody else took over is not deleted', async () => {
    const { app, publish } = await given('d-taken', {
      'a.yaml': configMap('d-taken', 'a'),
      'b.yaml': configMap('d-taken', 'b'),
    })
    await until(world, app, isReady())
    const labels = { 'kustomize.toolkit.fluxcd.io/name': 'other' }
    await world.cluster.patch(
      ref('ConfigMap', 'd-taken', 'b'),
      'merge',
      { metadata: { labels } },
      { manager: 'other' },
    )
    const digest = await publish({ 'a.yaml': configMap('d-taken', 'a') })
    await until<Kustomization>(
      world,
      app,
      (object) => isReady()(object) && object.status?.lastAppliedRevision === `latest@${digest}`,
    )
    expect(await isThere(ref('ConfigMap', 'd-taken', 'b'))).toBe(true)
  })
})

test('a controller that was stopped in the middle of a wait goes on after its next start', async () => {
  const { app } = await given('restart', { 'd.yaml': deployment('restart', 'web', { simulate: 'stuck' }) })
  await until(world, app, isReady('Unknown'))
  await manager.stop()
  const stopped = (await world.cluster.get(refOf(app))) as Kustomization
  expect(stopped.status?.inventory?.entries).toHaveLength(1)
  await world.cluster.patch(
    ref('Deployment', 'restart', 'web'),
    'merge',
    { metadata: { annotations: { 'sluice.dev/simulate': null } } },
    { manager: 'test' },
  )
  manager = controllersIn(world)
  await manager.start()
  // What is applied again is what the source says, so the workload is stuck again: the object is, the controller is not.
  await until(world, app, isReady('Unknown'))
})
