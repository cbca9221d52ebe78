import { execFile, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KubeObject } from '#api'
import { isObject, parseYamlAll, silentLog } from '#base'
import { refOf } from '#kube'
import { type Playground, startPlayground } from '../src/cli/playground/playground.ts'
import { describeWithPeers, peer } from './support/peers.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
const sluice = join(root, 'bin', 'sluice')
const podinfo = join(root, '..', 'shared', 'corpus', 'app', 'kustomize')

describe('journey 1, try: one command shows a delivery', () => {
  test('sluice demo --once ends with exit code 0 and tells what it did', async () => {
    const { stdout } = await run(sluice, ['demo', '--once'], { timeout: 60_000 })
    expect(stdout).toMatch(/✔ pushed +127\.0\.0\.1:\d+\/demo\/app@sha256:[0-9a-f]{64}/)
    expect(stdout).toMatch(/Version 2[\s\S]*✔ ready/)
    expect(stdout).toMatch(/export KUBECONFIG=/)
  })

  test('sluice demo stays until Ctrl-C, and then stops cleanly', async () => {
    const demo = spawn(sluice, ['demo'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = new Promise((resolve) => demo.on('exit', resolve))
    let output = ''
    demo.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
    await expect.poll(() => output, { timeout: 30_000 }).toContain('Ctrl-C stops it.')
    const kubeconfig = /export KUBECONFIG=(\S+)/.exec(output)?.[1] ?? ''
    expect(existsSync(kubeconfig)).toBe(true)
    demo.kill('SIGINT')
    expect(await ended).toBe(0)
    expect(existsSync(kubeconfig)).toBe(false)
  })

  test('sluice demo --data-dir goes on where it was', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'sluice-data-'))
    try {
      for (const again of [false, true]) {
        const { stdout } = await run(sluice, ['demo', '--once', '--data-dir', dataDir], { timeout: 60_000 })
        expect(stdout.includes(', continued')).toBe(again)
      }
      expect(existsSync(join(dataDir, 'kubeconfig'))).toBe(true)
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
    }
  })

  test('sluice up of a folder that is wrong says what is wrong and ends with exit code 1', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-up-'))
    writeFileSync(join(folder, 'bad.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [\n')
    const failure = (await run(sluice, ['up', folder, '--once'], { timeout: 60_000 }).catch(
      (error: unknown) => error,
    )) as { code: number; stderr: string }
    expect(failure.code).toBe(1)
    expect(failure.stderr).toMatch(/^✗ .*bad\.yaml/m)
    expect(failure.stderr).not.toMatch(/\n\s+at /)
    rmSync(folder, { recursive: true, force: true })
  })
})

describeWithPeers(
  'journeys 2 and 3: publish with our command, deliver, look with kubectl',
  ['kubectl', 'crane', 'oras', 'kustomize'],
  () => {
    let playground: Playground
    let folder: string
    const kubectl = (...args: string[]): Promise<{ stdout: string }> =>
      run(peer('kubectl'), ['--kubeconfig', playground.kubeconfig, ...args], { timeout: 60_000 })

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'sluice-journey-'))
      playground = await startPlayground({ log: silentLog, signal: new AbortController().signal })
    })
    afterAll(async () => {
      await playground.stop()
      rmSync(folder, { recursive: true, force: true })
    })

    // What the API server makes of a manifest: defaults set, quantities in their canonical form.
    const asStored = async (object: KubeObject): Promise<KubeObject> => {
      const metadata = { ...object.metadata, name: `${object.metadata.name}-check`, namespace: 'apps' }
      const checked = { ...object, metadata }
      return (
        await playground.cluster.patch(refOf(checked), 'apply', checked, { manager: 'check', dryRun: true })
      ).object
    }
    const source = existsSync(podinfo) ? podinfo : join(root, 'examples', 'demo', 'base')

    test('push prints one digest, and crane and oras give the very same files back', async () => {
      const reference = `${playground.registry}/apps/podinfo:1.0.0`
      const { stdout } = await run(sluice, [
        'push',
        'artifact',
        `oci://${reference}`,
        '--path',
        source,
        '--source',
        'https://example.com/podinfo.git',
        '--revision',
        'main@sha1:abc',
      ])
      expect(stdout).toMatch(new RegExp(`^${playground.registry}/apps/podinfo@sha256:[0-9a-f]{64}\\n$`))
      const { stdout: digest } = await run(peer('crane'), ['digest', '--insecure', reference])
      expect(stdout.trim().endsWith(digest.trim())).toBe(true)
      mkdirSync(join(folder, 'exported'))
      await run('bash', [
        '-c',
        `${peer('crane')} export --insecure ${reference} - | tar x -C ${join(folder, 'exported')}`,
      ])
      const kustomization = readFileSync(join(source, 'kustomization.yaml'), 'utf8')
      expect(readFileSync(join(folder, 'exported', 'kustomization.yaml'), 'utf8')).toBe(kustomization)
      const { stdout: manifest } = await run(peer('oras'), ['manifest', 'fetch', '--plain-http', reference])
      const layer = (JSON.parse(manifest) as { layers: { digest: string }[] }).layers[0]?.digest ?? ''
      await run(peer('oras'), [
        'blob',
        'fetch',
        '--plain-http',
        '--output',
        join(folder, 'layer.tgz'),
        `${playground.registry}/apps/podinfo@${layer}`,
      ])
      expect(
        execFileSync('tar', ['xzOf', join(folder, 'layer.tgz'), 'kustomization.yaml'], { encoding: 'utf8' }),
      ).toBe(kustomization)
    })

    test('the objects in the cluster are what kustomize builds, and are pruned when removed', async () => {
      const manifests = manifestsFor(playground.registry)
      writeFileSync(join(folder, 'flux.yaml'), manifests)
      await kubectl('create', 'namespace', 'apps')
      await kubectl('apply', '--server-side', '-f', join(folder, 'flux.yaml'))
      await kubectl('wait', '--for=condition=Ready', 'kustomization/podinfo', '-n', 'apps', '--timeout=30s')
      const { stdout } = await run(peer('kustomize'), ['build', source])
      const built = parseYamlAll(stdout, { dialect: 'kustomize' }).filter(isObject) as unknown as KubeObject[]
      expect(built.length).toBeGreaterThan(2)
      for (const object of built) {
        const live = await playground.cluster.get({ ...refOf(object), namespace: 'apps' })
        expect(contentOf(live)).toEqual(contentOf(await asStored(object)))
      }
      await kubectl('delete', 'kustomization', 'podinfo', '-n', 'apps', '--timeout=30s')
      const { stdout: left } = await kubectl('get', 'deployments,services', '-n', 'apps', '-o', 'name')
      expect(left).toBe('')
    })

    test('a manifest that still says v1beta2 is accepted and served', async () => {
      const old = manifestsFor(playground.registry)
        .replace('source.toolkit.fluxcd.io/v1\n', 'source.toolkit.fluxcd.io/v1beta2\n')
        .replaceAll('podinfo\n', 'older\n')
        .replace('/apps/older', '/apps/podinfo')
      writeFileSync(join(folder, 'old.yaml'), old)
      await kubectl('apply', '-f', join(folder, 'old.yaml'))
      await kubectl('wait', '--for=condition=Ready', 'ocirepository/older', '-n', 'apps', '--timeout=30s')
      const { stdout } = await kubectl(
        'get',
        'ocirepositories.v1beta2.source.toolkit.fluxcd.io',
        'older',
        '-n',
        'apps',
        '-o',
        'jsonpath={.apiVersion} {.status.artifact.revision}',
      )
      expect(stdout).toMatch(/^source\.toolkit\.fluxcd\.io\/v1beta2 1\.0\.0@sha256:/)
    })

    test('a field that does not exist is named, with the kind', async () => {
      const wrong = manifestsFor(playground.registry).replace(
        '  prune: true',
        '  prune: true\n  prunes: true',
      )
      writeFileSync(join(folder, 'wrong.yaml'), wrong)
      const failure = (await kubectl('apply', '--server-side', '-f', join(folder, 'wrong.yaml')).catch(
        (error: unknown) => error,
      )) as { stderr: string }
      expect(failure.stderr).toMatch(
        /\.spec\.prunes: field not declared in schema|unknown field "spec\.prunes"/,
      )
    })
  },
)

// Everything but what the server or a controller gives each object of its own.
function contentOf({ metadata: _metadata, status: _status, ...content }: KubeObject): unknown {
  return JSON.parse(
    JSON.stringify(content, (key, value: unknown) => (key.startsWith('clusterIP') ? undefined : value)),
  )
}

function manifestsFor(registry: string): string {
  return `apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  namespace: apps
  name: podinfo
spec:
  interval: 1m
  url: oci://${registry}/apps/podinfo
  ref:
    tag: 1.0.0
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  namespace: apps
  name: podinfo
spec:
  interval: 10m
  targetNamespace: apps
  path: ./
  prune: true
  wait: true
  timeout: 1m
  sourceRef:
    kind: OCIRepository
    name: podinfo
`
}
