import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KubeObject } from '#api'
import { canonicalJson } from '#base'
import { refOf } from '#kube'
import type { Manager } from '#runtime'
import { type InProcess, installCrds, isReady, push, startInProcess, until } from '#testing'
import { controllersIn } from './support/controllers.ts'
import { appliedManifest, hasRecordings, normalized, normalizedText, recorded } from './support/observed.ts'

// What the real Flux 2.9 left in a real cluster for an input is what sluice leaves for the same input.
describe.runIf(hasRecordings)('as Flux was observed', () => {
  let world: InProcess
  let manager: Manager
  beforeAll(async () => {
    world = await startInProcess()
    await installCrds(world)
    for (const tag of ['1.0.0', '6.14.1', '1.2.0-rc.1', 'latest'])
      await push(world, `127.0.0.1:5002/app:${tag}`, { 'a.yaml': 'kind: List\n' })
    manager = controllersIn(world)
    await manager.start()
  })
  afterAll(async () => {
    await manager.stop()
    await world.close()
  })

  test.each<[string, 'True' | 'False']>([
    ['oci-01-tag', 'True'],
    ['oci-03-semver', 'True'],
    ['oci-04-semver-filter', 'True'],
    ['oci-05-noref', 'True'],
    ['oci-04b-semver-nomatch', 'False'],
    ['oci-04c-semver-invalid', 'False'],
    ['oci-04d-semverfilter-invalid', 'False'],
    ['oci-06-repo-not-found', 'False'],
    ['oci-06b-semver-repo-not-found', 'False'],
    ['oci-07b-digest-not-found', 'False'],
    ['oci-09-url-with-tag', 'False'],
    ['oci-10d-secret-missing', 'False'],
    ['oci-15-timeout', 'False'],
    ['oci-16-proxysecret-missing', 'False'],
  ])('%s: the same object, down to its managed fields', async (scenario, status) => {
    const [source] = await apply(recorded(scenario, 'input.yaml'))
    const ours = await until(world, source as KubeObject, isReady(status))
    expect(canonical(ours)).toEqual(canonical(only(recorded(scenario, 'objects.yaml'), 'OCIRepository')))
  })

  test('oci-11-suspended-at-create: nothing but the finalizer', async () => {
    const [source] = await apply(recorded('oci-11-suspended-at-create', 'input.yaml'))
    const ours = await until(world, source as KubeObject, ({ metadata }) => metadata.finalizers !== undefined)
    expect(canonical(ours)).toEqual(
      canonical(only(recorded('oci-11-suspended-at-create', 'objects.yaml'), 'OCIRepository')),
    )
  })

  test.each(['ks-02-nowait', 'ks-03b-targetnamespace-overrides'])(
    '%s: the same Kustomization and the same applied objects',
    async (scenario) => {
      const applied = recorded(scenario, 'applied-objects.yaml').filter(
        ({ metadata }) => metadata.labels?.['kustomize.toolkit.fluxcd.io/name'],
      )
      const input = recorded(scenario, 'input.yaml')
      await pushManifests(input, applied)
      const objects = await apply(input)
      const ours = await until(world, only(objects, 'Kustomization'), isReady())
      expect(canonical(ours)).toEqual(canonical(only(recorded(scenario, 'objects.yaml'), 'Kustomization')))
      for (const object of applied) {
        // Simulated controllers take a moment, as real ones do.
        const found = await until(
          world,
          object,
          (candidate) => object.kind !== 'Deployment' || candidate['status'] !== undefined,
        )
        expect(canonical(found)).toEqual(canonical(object))
      }
      expect(await eventsOf(ours)).toEqual(recordedEvents(scenario, ours.metadata.name))
    },
  )

  test('ks-08-dependsOn: a dependency that is not there', async () => {
    const input = recorded('ks-08-dependsOn', 'input.yaml')
    await pushManifests(input, [])
    const objects = await apply(input)
    const ours = await until(world, only(objects, 'Kustomization'), isReady('False', 'DependencyNotReady'))
    expect(canonical(ours)).toEqual(
      canonical(only(recorded('ks-08-dependsOn', 'objects-1-missing.yaml'), 'Kustomization')),
    )
  })

  async function pushManifests(input: KubeObject[], applied: KubeObject[]): Promise<void> {
    const url = (only(input, 'OCIRepository')['spec'] as { url: string }).url.slice('oci://'.length)
    const manifests = applied.map((object) => [
      `${object.kind.toLowerCase()}-${object.metadata.name}.yaml`,
      JSON.stringify(appliedManifest(object, 'kustomize-controller')),
    ])
    await push(world, `${url}:latest`, Object.fromEntries(manifests) as Record<string, string>)
  }

  async function apply(objects: KubeObject[]): Promise<KubeObject[]> {
    const namespaces = new Set(objects.map(({ metadata }) => metadata.namespace ?? ''))
    for (const name of namespaces) {
      const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
      await world.cluster.patch(refOf(namespace), 'apply', namespace, { manager: 'golden', force: true })
    }
    for (const object of objects)
      await world.cluster.patch(refOf(object), 'apply', object, { manager: 'golden', force: true })
    return objects
  }

  async function eventsOf({ metadata }: KubeObject): Promise<string[]> {
    const { items } = await world.cluster.list({
      apiVersion: 'v1',
      kind: 'Event',
      namespace: metadata.namespace ?? '',
      fieldSelector: `involvedObject.name=${metadata.name}`,
    })
    return items
      .map((event) =>
        normalizedText(`${String(event['type'])} ${String(event['reason'])} ${String(event['message'])}`),
      )
      .sort()
  }
})

// Up to the clean-up with which some recordings end.
function recordedEvents(scenario: string, name: string): string[] {
  const all = recorded(scenario, 'notifications.jsonl')
    .map(
      (line) =>
        line['body'] as {
          involvedObject: { name: string }
          severity: string
          reason: string
          message: string
        },
    )
    .filter(({ involvedObject }) => involvedObject.name === name)
    .map(({ severity, reason, message }) =>
      normalizedText(`${severity === 'info' ? 'Normal' : 'Warning'} ${reason} ${message}`),
    )

  const end = all.findIndex((line) => line.endsWith(' deleted'))
  return (end < 0 ? all : all.slice(0, end)).sort()
}

function only(objects: KubeObject[], kind: string): KubeObject {
  const found = objects.find((object) => object.kind === kind)
  if (!found) throw new Error(`no ${kind} in the recording`)
  return found
}

function canonical(object: KubeObject): unknown {
  return JSON.parse(canonicalJson(normalized(object)))
}
