import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import type { KubeObject } from '#api'
import type { FileTree } from '#base'
import type { Account } from '../playground/account.ts'
import type { Playground } from '../playground/playground.ts'
import type { Terminal } from '../terminal.ts'

interface DemoFlags {
  once?: boolean
  dataDir?: string
}

const namespace = 'demo'
const deliveryTimeout = 60_000

/** `sluice demo`: a whole delivery on this machine, from a folder to a running app and on to its next version. */
export function registerDemo(program: Command, terminal: Terminal): void {
  program
    .command('demo')
    .description('Start a registry, a Kubernetes API and the controllers here, and deliver a sample app')
    .option('--once', 'stop when the app is Ready; exit code 1 when it is not')
    .option('--data-dir <dir>', 'keep the state in this folder and continue from it')
    .action(async (flags: DemoFlags) => demo(flags, terminal))
}

async function demo({ once, dataDir }: DemoFlags, terminal: Terminal): Promise<void> {
  const { silentLog } = await import('#base')
  const { openAccount } = await import('../playground/account.ts')
  const { startPlayground } = await import('../playground/playground.ts')
  const account = openAccount(terminal)
  account.heading('sluice demo: a folder becomes a running app')
  const started = performance.now()
  const playground = await account.step(
    'started',
    () => startPlayground({ log: silentLog, signal: terminal.signal, ...(dataDir ? { dataDir } : {}) }),
    ({ registry, apiUrl, continued }) =>
      `registry ${registry}, Kubernetes API ${apiUrl}, controllers${continued ? ', continued' : ''}`,
  )
  try {
    await deliver(playground, account, terminal)
    account.heading(`Ready in ${((performance.now() - started) / 1000).toFixed(1)} s. Look around:`)
    account.note(`  export KUBECONFIG=${playground.kubeconfig}`, '', ...nextCommands(terminal))
    if (once) return
    account.note('', 'Ctrl-C stops it.')
    await new Promise<void>((resolve) =>
      terminal.signal.addEventListener('abort', () => resolve(), { once: true }),
    )
    account.note('', 'Stopping.')
  } finally {
    await playground.stop()
  }
}

async function deliver(playground: Playground, account: Account, terminal: Terminal): Promise<void> {
  const { readTree } = await import('#artifact')
  const { deliveryFor, sourceFor, waitDelivered } = await import('../playground/delivery.ts')
  const { refOf } = await import('#kube')
  const { cluster, registry } = playground
  const first = await readTree(sampleFolder())
  const target = { registry, repository: 'demo/app', tag: 'latest', source: 'https://example.com/demo.git' }
  const source = sourceFor({ name: 'app', namespace, url: `oci://${registry}/demo/app`, tag: 'latest' })
  const staging = deliveryFor({ name: 'staging', namespace, source: 'app', path: './overlays/staging' })
  const production = deliveryFor({
    name: 'production',
    namespace,
    source: 'app',
    path: './overlays/production',
    dependsOn: 'staging',
  })
  const wait = (digest: string): Promise<unknown> =>
    waitDelivered(cluster, refOf(production), { digest, timeout: deliveryTimeout, signal: terminal.signal })

  const objects = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    source,
    staging,
    production,
  ]
  const step = { playground, account, objects, target, wait }
  account.heading('Version 1')
  await deliverVersion({
    ...step,
    tree: first,
    revision: 'v1@sha1:1',
    said: 'every object applied and healthy, in both environments',
  })
  account.heading('Version 2')
  await deliverVersion({
    ...step,
    tree: nextVersion(first),
    revision: 'v2@sha1:2',
    said: 'the change went through staging to production',
  })
}

interface Version {
  playground: Playground
  account: Account
  objects: readonly KubeObject[]
  target: { registry: string; repository: string; tag: string; source: string }
  tree: FileTree
  revision: string
  said: string
  wait(digest: string): Promise<unknown>
}

async function deliverVersion(version: Version): Promise<void> {
  const { applyObjects, askToReconcile, publishTree } = await import('../playground/delivery.ts')
  const { refOf } = await import('#kube')
  const { playground, account, objects, target, tree, revision, said, wait } = version
  const { digest } = await account.step(
    'pushed',
    () => publishTree(tree, { ...target, revision }),
    ({ reference }) => reference,
  )
  await account.step(
    'applied',
    async () => {
      await applyObjects(playground.cluster, objects)
      const source = objects.find(({ kind }) => kind === 'OCIRepository')
      if (source) await askToReconcile(playground.cluster, refOf(source))
    },
    () => 'OCIRepository/app, Kustomization/staging, Kustomization/production (after staging)',
  )
  await account.step(
    'ready',
    () => wait(digest),
    () => said,
  )
  account.note(...(await objectLines(playground)))
}

// The next version of the sample differs in its message, as a real change would: one line of one file.
function nextVersion(tree: FileTree): FileTree {
  const path = 'base/settings.env'
  const text = tree.text(path).replace(/^MESSAGE=.*$/m, 'MESSAGE=Hello again, this is version 2')
  const edited = { mode: tree.file(path)?.mode ?? 0o644, data: new TextEncoder().encode(text) }
  return new (tree.constructor as typeof FileTree)([...tree.files, [path, edited]], tree.directories)
}

async function objectLines({ cluster }: Playground): Promise<string[]> {
  const { items } = await cluster.list({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    namespace,
  })
  return items.map(({ metadata, status }) => {
    const { inventory, lastAppliedRevision = '' } = (status ?? {}) as {
      inventory?: { entries: unknown[] }
      lastAppliedRevision?: string
    }
    return `    Kustomization/${metadata.name.padEnd(10)} ${String(inventory?.entries.length ?? 0).padStart(2)} objects at ${lastAppliedRevision.slice(0, 26)}…`
  })
}

function nextCommands({ name }: Terminal): string[] {
  return [
    `  ${name} get all -n ${namespace}`,
    `  ${name} tree ks production -n ${namespace}`,
    '  kubectl get deployments,configmaps -A --show-labels',
  ]
}

// In the checkout and in the installed package alike the sample lies in examples/, next to package.json.
function sampleFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json')) || !existsSync(join(folder, 'examples')))
    folder = dirname(folder)
  return join(folder, 'examples', 'demo')
}
