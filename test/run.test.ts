import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApiServer } from '#apiserver'
import { formatYaml, type Listener, listen } from '#base'

const sluice = join(import.meta.dirname, '..', 'bin', 'sluice')

describe('sluice run', () => {
  let folder: string
  let api: Listener
  let controllers: ChildProcess
  let output = ''
  const line = (message: string): Record<string, string> | undefined =>
    output
      .split('\n')
      .filter((text) => text.startsWith('{'))
      .map((text) => JSON.parse(text) as Record<string, string>)
      .find(({ msg }) => msg === message)

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-run-'))
    const server = await createApiServer()
    api = await listen(server.handler)
    const cluster = { name: 'c', cluster: { server: api.url } }
    const context = { name: 'c', context: { cluster: 'c', user: 'u' } }
    writeFileSync(
      join(folder, 'kubeconfig'),
      formatYaml({
        clusters: [cluster],
        users: [{ name: 'u', user: {} }],
        contexts: [context],
        'current-context': 'c',
      }),
    )
  })
  afterAll(async () => {
    controllers.kill('SIGKILL')
    await api.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const start = (...args: string[]): ChildProcess => {
    output = ''
    const child = spawn(sluice, ['run', ...args], {
      env: { ...process.env, KUBECONFIG: join(folder, 'kubeconfig'), RUNTIME_NAMESPACE: 'default' },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
    return child
  }
  const ended = (child: ChildProcess): Promise<number | null> =>
    new Promise((resolve) => child.on('exit', resolve))

  test('says that the kinds are missing, and how to install them', async () => {
    controllers = start()
    expect(await ended(controllers)).toBe(1)
    expect(output).toMatch(/^✗ Cannot run: found no OCIRepository .*--install-crds/m)
  })

  test('installs them, serves health, metrics and artifacts, holds the lease, and stops cleanly', async () => {
    const free = [
      '--storage-addr',
      '127.0.0.1:0',
      '--metrics-addr',
      '127.0.0.1:0',
      '--health-addr',
      '127.0.0.1:0',
    ]
    controllers = start(
      '--install-crds',
      '--enable-leader-election',
      '--storage-path',
      join(folder, 'data'),
      ...free,
    )
    await expect.poll(() => line('running'), { timeout: 20_000 }).toBeTruthy()
    const { health, metrics, artifacts } = line('running') ?? {}
    expect(await (await fetch(`${health}/readyz`)).text()).toBe('ok')
    expect(await (await fetch(`${metrics}/metrics`)).text()).toContain(
      'workqueue_depth{name="kustomization"} 0',
    )
    expect((await fetch(`${artifacts}/ocirepository/x/y/z.tar.gz`)).status).toBe(404)
    const lease = (await (
      await fetch(`${api.url}/apis/coordination.k8s.io/v1/namespaces/default/leases/sluice-leader-election`)
    ).json()) as { spec?: { holderIdentity: string } }
    expect(lease.spec?.holderIdentity).toContain(String(controllers.pid))
    controllers.kill('SIGTERM')
    expect(await ended(controllers)).toBe(0)
  })

  test.each([
    [['--concurrent', 'many'], /Cannot use --concurrent: found "many", wanted a whole number/],
    [['--requeue-dependency', '1 day'], /Cannot read duration: found "1 day"/],
    [['--health-addr', 'nonsense'], /Cannot listen on "nonsense": wanted host:port/],
    [['--log-level', 'loud'], /Cannot use --log-level: found "loud"/],
  ])('refuses %j', async (args, message) => {
    controllers = start(...args)
    expect(await ended(controllers)).toBe(1)
    expect(output).toMatch(message)
  })
})
