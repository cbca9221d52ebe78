import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KubeObject, Kustomization, OCIRepository } from '#api'
import { refOf } from '#kube'
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

/** A namespace of its own with a source and a Kustomization, as a user would write them. */
async function given(
  namespace: string,
  spec: { source?: object; kustomization?: object } = {},
): Promise<{ source: KubeObject; kustomization: KubeObject }> {
  const source = sourceIn(namespace, { ref: { tag: 'latest' }, ...spec.source })
  const kustomization = kustomizationIn(namespace, { targetNamespace: namespace, ...spec.kustomization })
  await world.cluster.create(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { manager: 'test' },
  )
  for (const object of [source, kustomization])
    await world.cluster.patch(refOf(object), 'apply', object, { manager: 'golden', force: true })
  return { source, kustomization }
}

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: podinfo, namespace: NS}
spec:
  replicas: 2
  selector: {matchLabels: {app: podinfo}}
  template:
    metadata: {labels: {app: podinfo}}
    spec: {containers: [{name: podinfod, image: "nginx:1.27"}]}
`
const configMap = (name: string, value: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: NS}\ndata: {key: "${value}"}\n`
const files = (namespace: string, all: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(all).map(([path, text]) => [path, text.replaceAll('NS', namespace)]))

async function events(namespace: string): Promise<string[]> {
  const { items } = await world.cluster.list({ apiVersion: 'v1', kind: 'Event', namespace })
  return items.map(
    (event) =>
      `${String(event['type'])} ${String(event['reason'])} ${(event['involvedObject'] as { kind: string }).kind}: ${String(event['message'])}`,
  )
}

describe('a delivery', () => {
  test('turns a pushed folder into healthy objects, with the status and events that Flux leaves', async () => {
    const digest = await push(
      world,
      'registry.test/first:latest',
      files('first', { 'app.yaml': deployment, 'cm.yaml': configMap('cm1', 'a') }),
    )
    const { source, kustomization } = await given('first')
    const ready = await until<Kustomization>(world, kustomization, isReady())
    const revision = `latest@${digest}`
    expect(ready.status).toMatchObject({
      observedGeneration: 1,
      lastAppliedRevision: revision,
      lastAttemptedRevision: revision,
      lastAppliedOriginRevision: 'main@sha1:0123456789abcdef0123456789abcdef01234567',
      inventory: {
        entries: [
          { id: 'first_cm1__ConfigMap', v: 'v1' },
          { id: 'first_podinfo_apps_Deployment', v: 'v1' },
        ],
      },
      history: [{ lastReconciledStatus: 'ReconciliationSucceeded', totalReconciliations: 1 }],
    })
    expect(
      ready.status?.conditions?.map(({ type, status, reason }) => `${type} ${status} ${reason}`),
    ).toEqual(['Ready True ReconciliationSucceeded', 'Healthy True Succeeded'])
    const stored = (await world.cluster.get(refOf(source))) as OCIRepository
    expect(stored.status).toMatchObject({
      observedGeneration: 1,
      url: 'http://artifacts.test/ocirepository/first/src/latest.tar.gz',
      artifact: {
        revision,
        path: `ocirepository/first/src/${digest}.tar.gz`,
        url: `http://artifacts.test/ocirepository/first/src/${digest}.tar.gz`,
        metadata: { 'org.opencontainers.image.source': 'https://example.test/app.git' },
      },
    })
    expect(
      stored.status?.conditions?.map(
        ({ type, status, reason, message }) => `${type} ${status} ${reason} ${message}`,
      ),
    ).toEqual([
      `Ready True Succeeded stored artifact for digest '${revision}'`,
      `ArtifactInStorage True Succeeded stored artifact for digest '${revision}'`,
    ])
    await expect
      .poll(() => events('first'))
      .toEqual(
        expect.arrayContaining([
          `Normal NewArtifact OCIRepository: stored artifact with revision '${revision}' from 'oci://registry.test/first', origin source 'https://example.test/app.git', origin revision 'main@sha1:0123456789abcdef0123456789abcdef01234567'`,
          'Normal Progressing Kustomization: ConfigMap/first/cm1 created\nDeployment/first/podinfo created',
          expect.stringMatching(/^Normal Progressing Kustomization: Health check passed in /),
          expect.stringMatching(
            /^Normal ReconciliationSucceeded Kustomization: Reconciliation finished in .*, next run in 1h0m0s$/,
          ),
        ]),
      )
  })

  test('writes the status twice: before it applies, and when everything is healthy', async () => {
    await push(
      world,
      'registry.test/twice:latest',
      files('twice', { 'app.yaml': deployment, 'cm.yaml': configMap('cm1', 'a') }),
    )
    world.requests.length = 0
    const { kustomization } = await given('twice')
    await until(world, kustomization, isReady())
    const writes = world.requests.filter((request) =>
      request.includes('/namespaces/twice/kustomizations/app/status'),
    )
    expect(writes).toHaveLength(2)
  })

  test('says nothing of a source that is only just there', async () => {
    const { kustomization } = await given('early', { source: { suspend: true } })
    await until<Kustomization>(world, kustomization, ({ metadata }) => metadata.finalizers !== undefined)
    await expect.poll(quietFor(300), { timeout: 8000 }).toBe(true)
    expect(
      ((await world.cluster.get(refOf(kustomization))) as Kustomization).status?.conditions,
    ).toBeUndefined()
  })

  test('prunes what left the source, and deletes everything with the Kustomization', async () => {
    await push(
      world,
      'registry.test/second:latest',
      files('second', { 'a.yaml': configMap('a', '1'), 'b.yaml': configMap('b', '1') }),
    )
    const { source, kustomization } = await given('second')
    await until(world, kustomization, isReady())
    const next = await push(
      world,
      'registry.test/second:latest',
      files('second', { 'a.yaml': configMap('a', '2') }),
    )
    await ask(source)
    const ready = await until<Kustomization>(
      world,
      kustomization,
      (object) => isReady()(object) && (object.status?.lastAppliedRevision?.endsWith(next) ?? false),
    )
    expect(ready.status?.inventory?.entries).toEqual([{ id: 'second_a__ConfigMap', v: 'v1' }])
    await expect(
      world.cluster.get({ apiVersion: 'v1', kind: 'ConfigMap', name: 'b', namespace: 'second' }),
    ).rejects.toMatchObject({ code: 'KUBE_NOT_FOUND' })
    await world.cluster.remove(refOf(kustomization))
    await gone(kustomization)
    await expect(
      world.cluster.get({ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', namespace: 'second' }),
    ).rejects.toMatchObject({ code: 'KUBE_NOT_FOUND' })
  })

  test('rests when nothing changed: an interval brings one look at the registry and no write', async () => {
    await push(world, 'registry.test/rest:latest', files('rest', { 'a.yaml': configMap('a', '1') }))
    const { source, kustomization } = await given('rest', {
      source: { interval: '200ms' },
      kustomization: { interval: '200ms' },
    })
    await until(world, kustomization, isReady())
    const versions = (): Promise<unknown[]> =>
      Promise.all(
        [source, kustomization].map(
          async (object) => (await world.cluster.get(refOf(object))).metadata.resourceVersion,
        ),
      )
    // Events of the first delivery may still be on their way.
    await expect.poll(quietFor(300), { timeout: 8000 }).toBe(true)
    const before = await versions()
    world.requests.length = 0
    world.registryRequests.length = 0
    await expect.poll(() => world.registryRequests.length, { timeout: 5000 }).toBeGreaterThan(2)
    expect(new Set(world.registryRequests)).toEqual(new Set(['HEAD /v2/rest/manifests/latest']))
    expect(world.requests).toEqual([])
    expect(await versions()).toEqual(before)
    await Promise.all([source, kustomization].map((object) => world.cluster.remove(refOf(object))))
  })

  test('starts a dependent as soon as its dependency is ready', async () => {
    await push(
      world,
      'registry.test/chain:latest',
      files('chain', { 'a/a.yaml': configMap('a', '1'), 'b/b.yaml': configMap('b', '1') }),
    )
    const { kustomization } = await given('chain', {
      kustomization: { path: './b', dependsOn: [{ name: 'base' }] },
    })
    const waiting = await until<Kustomization>(world, kustomization, isReady('False', 'DependencyNotReady'))
    expect(waiting.status?.conditions).toHaveLength(1)
    const base: KubeObject = {
      ...kustomization,
      metadata: { name: 'base', namespace: 'chain' },
      spec: { ...(kustomization['spec'] as object), path: './a', dependsOn: [] },
    }
    await world.cluster.create(base, { manager: 'test' })
    await until(world, kustomization, isReady())
  })
})

describe('a source that is wrong', () => {
  test.each<[string, object, string, string]>([
    [
      'with a tag in its url',
      { url: 'oci://registry.test/bad1:1.0.0' },
      'URLInvalid',
      "URL validation failed for 'oci://registry.test/bad1:1.0.0': ",
    ],
    [
      'with a tag that is not there',
      { ref: { tag: 'nope' } },
      'OCIArtifactPullFailed',
      'failed to determine artifact digest: GET ',
    ],
    [
      'with a range nothing matches',
      { ref: { semver: '>=99.0.0' } },
      'ReadOperationFailed',
      "failed to determine the artifact tag for 'oci://registry.test/bad3': no match found for semver: >=99.0.0",
    ],
    [
      'with a secret that is missing',
      { secretRef: { name: 'nope' } },
      'AuthenticationFailed',
      'failed to get credential: failed to get secret \'bad4/nope\': secrets "nope" not found',
    ],
    [
      'with a layer that is not there',
      { layerSelector: { mediaType: 'application/x.none' } },
      'OCIArtifactLayerOperationFailed',
      "failed to find layer with media type 'application/x.none' in artifact",
    ],
    [
      'that must be verified, which cannot be done yet',
      { verify: { provider: 'cosign' } },
      'VerificationError',
      "failed to verify the signature using provider 'cosign': ",
    ],
  ])('%s says so', async (_what, spec, reason, message) => {
    const namespace = `bad${['URLInvalid', '', 'ReadOperationFailed', 'AuthenticationFailed', 'OCIArtifactLayerOperationFailed', 'VerificationError'].indexOf(reason) + 1 || 2}`
    await push(world, `registry.test/${namespace}:latest`, { 'a.yaml': configMap('a', '1') })
    const { source } = await given(namespace, { source: spec })
    const failed = await until<OCIRepository>(world, source, isReady('False', reason))
    const ready = failed.status?.conditions?.find(({ type }) => type === 'Ready')
    expect(ready?.message).toContain(message)
    expect(failed.status?.artifact).toBeUndefined()
    await world.cluster.remove(refOf(source))
  })

  test('that never answers is given up after its timeout', async () => {
    world.hang('/v2/hang/')
    const { source } = await given('hang', { source: { timeout: '100ms' } })
    const failed = await until<OCIRepository>(world, source, isReady('False', 'OCIArtifactPullFailed'))
    const ready = failed.status?.conditions?.find(({ type }) => type === 'Ready')
    expect(ready?.message).toBe(
      'failed to determine artifact digest: The operation was aborted due to timeout',
    )
    await world.cluster.remove(refOf(source))
  })

  test('keeps serving the last good artifact', async () => {
    await push(world, 'registry.test/keep:latest', files('keep', { 'a.yaml': configMap('a', '1') }))
    const { source, kustomization } = await given('keep')
    await until(world, kustomization, isReady())
    await world.cluster.patch(refOf(source), 'merge', { spec: { ref: { tag: 'gone' } } }, { manager: 'test' })
    const failed = await until<OCIRepository>(world, source, isReady('False', 'OCIArtifactPullFailed'))
    expect(failed.status?.artifact?.revision).toMatch(/^latest@sha256:/)
    expect(failed.status?.observedGeneration).toBe(1)
    expect(failed.status?.conditions?.map(({ type, reason }) => `${type} ${reason}`)).toEqual([
      'Reconciling ProgressingWithRetry',
      'Ready OCIArtifactPullFailed',
      'FetchFailed OCIArtifactPullFailed',
      'ArtifactInStorage Succeeded',
    ])
  })
})

/** Whether the API server hears nothing for so many milliseconds. */
function quietFor(ms: number): () => Promise<boolean> {
  return async () => {
    world.requests.length = 0
    await new Promise((resolve) => setTimeout(resolve, ms))
    return world.requests.length === 0
  }
}

async function ask(object: KubeObject): Promise<void> {
  await world.cluster.patch(
    refOf(object),
    'merge',
    { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': String(performance.now()) } } },
    { manager: 'test' },
  )
}

async function gone(object: KubeObject): Promise<void> {
  await expect
    .poll(
      () =>
        world.cluster.get(refOf(object)).then(
          () => 'there',
          () => 'gone',
        ),
      { timeout: 5000 },
    )
    .toBe('gone')
}
