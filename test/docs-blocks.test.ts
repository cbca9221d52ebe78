import { execFile, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listen, parseYamlAll, silentLog } from '#base'
import { type Playground, startPlayground } from '../src/cli/playground/playground.ts'
import { type Block, blocksOf } from './support/blocks.ts'
import { describeWithPeers, peer } from './support/peers.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')

const documents = ['README.md', ...markdownBelow('docs').filter((file) => !file.startsWith('docs/commands/'))]
const blocks = documents.flatMap((file) => blocksOf(join(root, file), file))

// A document is run as a reader would: top to bottom, in a folder of their own, against a cluster of their own.
describeWithPeers('what the documents tell a reader to run', ['kubectl'], () => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await openSandbox()
  })
  afterAll(() => sandbox.close())

  test('there are such blocks', () => {
    expect(blocks.length).toBeGreaterThan(5)
  })

  test.each(blocks.map((block) => [`${block.file}:${block.line} (${block.language})`, block] as const))(
    '%s',
    async (_name, block) => {
      const text = block.text.replaceAll('127.0.0.1:5000', `127.0.0.1:${sandbox.port}`)
      if (block.directive === 'the gate runs these') return expectInGate(block)
      if (block.language === 'yaml') return sandbox.apply(text)
      if (block.directive.startsWith('until '))
        return sandbox.startUntil(text, block.directive.slice('until '.length))
      return sandbox.run(text)
    },
  )
})

interface Sandbox {
  port: number
  run(script: string): Promise<void>
  /** Starts a command that runs on, until its output says so; it ends with the sandbox. */
  startUntil(script: string, output: string): Promise<void>
  apply(yaml: string): Promise<void>
  close(): Promise<void>
}

async function openSandbox(): Promise<Sandbox> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-docs-'))
  const ended = new AbortController()
  const playground: Playground = await startPlayground({ log: silentLog, signal: ended.signal })
  mkdirSync(join(folder, 'path'))
  symlinkSync(join(root, 'bin'), join(folder, 'bin'))
  symlinkSync(join(root, 'bin', 'sluice'), join(folder, 'path', 'sluice'))
  symlinkSync(peer('kubectl'), join(folder, 'path', 'kubectl'))
  cpSync(join(root, 'examples', 'demo', 'base'), join(folder, 'deploy'), { recursive: true })
  mkdirSync(join(folder, 'copy'))
  const env = {
    ...process.env,
    PATH: `${join(folder, 'path')}:${process.env.PATH}`,
    HOME: folder,
    KUBECONFIG: playground.kubeconfig,
  }
  const git = [
    'init -q -b main',
    'remote add origin https://example.com/deploy.git',
    '-c user.name=x -c user.email=x@example.com commit -q --allow-empty -m first',
  ]
  for (const line of git) await run('git', line.split(' '), { cwd: folder, env })
  const port = await freePort()
  const running: (() => void)[] = []
  const shell = (script: string): Promise<unknown> =>
    run('bash', ['-euo', 'pipefail', '-c', script], { cwd: folder, env, timeout: 60_000 })
  return {
    port,
    async run(script) {
      await shell(script)
    },
    startUntil: (script, output) =>
      new Promise((resolve, reject) => {
        const child = spawn('bash', ['-c', `exec ${script}`], {
          cwd: folder,
          env,
          stdio: ['ignore', 'pipe', 'pipe'],
        })
        running.push(() => child.kill('SIGINT'))
        let seen = ''
        const hear = (chunk: Buffer): void => {
          seen += chunk.toString()
          if (seen.includes(output)) resolve()
        }
        child.stdout.on('data', hear)
        child.stderr.on('data', hear)
        child.on('exit', (code) => reject(new Error(`ended with ${code} before "${output}":\n${seen}`)))
      }),
    async apply(yaml) {
      for (const namespace of namespacesOf(yaml))
        await shell(`kubectl create namespace ${namespace} --dry-run=client -o yaml | kubectl apply -f -`)
      await shell(`kubectl apply -f - <<'END'\n${yaml}\nEND`)
    },
    async close() {
      for (const stop of running) stop()
      await playground.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function namespacesOf(yaml: string): Set<string> {
  const objects = parseYamlAll(yaml) as ({ metadata?: { namespace?: string } } | null)[]
  return new Set(
    objects.flatMap((object) => (object?.metadata?.namespace ? [object.metadata.namespace] : [])),
  )
}

async function freePort(): Promise<number> {
  const listener = await listen(() => new Response())
  await listener.close()
  return listener.port
}

function expectInGate({ text }: Block): void {
  const gate = readFileSync(join(root, '.ci/run'), 'utf8')
  for (const line of text.trim().split('\n')) expect(gate).toContain(line.replace(/\s+#.*$/, ''))
}

function markdownBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `${folder}/${file}`)
    .sort()
}
