import type { Command } from 'commander'
import type { KubeObject } from '#api'
import type { FileTree } from '#base'
import type { Account } from '../playground/account.ts'
import type { Playground } from '../playground/playground.ts'
import type { Terminal } from '../terminal.ts'

interface UpFlags {
  once?: boolean
  dataDir?: string
  path: string
  targetNamespace?: string
}

const name = 'up'
const namespace = 'flux-system'
const deliveryTimeout = 90_000

/** `sluice up DIR`: the reader's own folder, delivered here, and again whenever it changes. */
export function registerUp(program: Command, terminal: Terminal): void {
  program
    .command('up')
    .description('Deliver a folder to a Kubernetes API on this machine, and again whenever it changes')
    .argument('<dir>', 'folder of manifests, with or without a kustomization.yaml')
    .option('--path <path>', 'folder inside it to build', './')
    .option('--target-namespace <name>', 'namespace for every object; found out when absent')
    .option('--once', 'stop when it is Ready; exit code 1 when it is not')
    .option('--data-dir <dir>', 'keep the state in this folder and continue from it')
    .action(async (dir: string, flags: UpFlags) => up(dir, flags, terminal))
}

async function up(dir: string, flags: UpFlags, terminal: Terminal): Promise<void> {
  const { silentLog } = await import('#base')
  const { openAccount } = await import('../playground/account.ts')
  const { startPlayground } = await import('../playground/playground.ts')
  const { readFolder, whenChanged } = await import('../playground/folder.ts')
  const account = openAccount(terminal)
  account.heading(`sluice up ${dir}`)
  // Read first: a folder that cannot be read needs no cluster.
  const tree = await readFolder(dir)
  const playground = await account.step(
    'started',
    () =>
      startPlayground({
        log: silentLog,
        signal: terminal.signal,
        ...(flags.dataDir ? { dataDir: flags.dataDir } : {}),
      }),
    ({ registry, apiUrl }) => `registry ${registry}, Kubernetes API ${apiUrl}`,
  )
  try {
    const deliverTree = (next: FileTree): Promise<string> =>
      deliver(next, { playground, account, flags, signal: terminal.signal })
    let digest = await deliverTree(tree).catch((error: unknown) => reportOrThrow(error, flags, terminal))
    account.note('', `  export KUBECONFIG=${playground.kubeconfig}`)
    if (flags.once) return
    account.note('', `Watching ${dir}; Ctrl-C stops it.`)
    await whenChanged(dir, terminal.signal, async () => {
      const next = await readFolder(dir)
      digest = await deliverTree(next).catch(
        (error: unknown) => reportOrThrow(error, flags, terminal) ?? digest,
      )
    })
  } finally {
    await playground.stop()
  }
}

// While watching, a mistake in the folder is told and the next save may mend it.
function reportOrThrow(error: unknown, { once }: UpFlags, terminal: Terminal): undefined {
  if (once || terminal.signal.aborted) throw error
  terminal.say('failure', error instanceof Error ? error.message : String(error))
}

interface Delivery {
  playground: Playground
  account: Account
  flags: UpFlags
  signal: AbortSignal
}

async function deliver(tree: FileTree, { playground, account, flags, signal }: Delivery): Promise<string> {
  const { buildKustomization } = await import('#render')
  const { joinPath } = await import('#base')
  const { refOf } = await import('#kube')
  const { applyObjects, askToReconcile, deliveryFor, publishTree, sourceFor, waitDelivered } = await import(
    '../playground/delivery.ts'
  )
  const { targetNamespaceFor, namespacesFor } = await import('../playground/namespaces.ts')
  const { cluster, registry } = playground
  const objects: KubeObject[] = buildKustomization(tree, joinPath('.', flags.path) ?? '.')
  const targetNamespace = flags.targetNamespace ?? (await targetNamespaceFor(objects, cluster))
  const target = {
    registry,
    repository: `${name}/folder`,
    tag: 'latest',
    source: 'https://localhost/up',
    revision: `local@${new Date().toISOString()}`,
  }
  const { digest } = await account.step(
    'pushed',
    () => publishTree(tree, target),
    ({ reference }) => reference,
  )
  const source = sourceFor({ name, namespace, url: `oci://${registry}/${name}/folder`, tag: 'latest' })
  const delivery = deliveryFor({
    name,
    namespace,
    source: name,
    path: flags.path,
    ...(targetNamespace ? { targetNamespace } : {}),
  })
  await account.step(
    'applied',
    async () => {
      await applyObjects(cluster, [
        ...namespacesFor(objects, [namespace, ...(targetNamespace ? [targetNamespace] : [])]),
        source,
        delivery,
      ])
      await askToReconcile(cluster, refOf(source))
    },
    () => `OCIRepository/${name}, Kustomization/${name} in ${namespace}`,
  )
  await account.step(
    'ready',
    () => waitDelivered(cluster, refOf(delivery), { digest, timeout: deliveryTimeout, signal }),
    ({ status }) => `${status?.inventory?.entries.length ?? 0} objects applied and healthy`,
  )
  return digest
}
