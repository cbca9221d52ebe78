import type { Command } from 'commander'
import type { Terminal } from '../terminal.ts'

interface ServeFlags {
  addr: string
  dataDir?: string
}

/** `sluice registry serve`: the embedded registry on an address. */
export function registerRegistry(program: Command, terminal: Terminal): void {
  const registry = program.command('registry').description('The embedded container registry')
  registry
    .command('serve')
    .description('Serve a container registry (OCI distribution 1.1 with referrers)')
    .option('--addr <address>', 'address to listen on', '127.0.0.1:5000')
    .option('--data-dir <dir>', 'keep the content in this folder; in memory when absent')
    .action(async (flags: ServeFlags) => serve(flags, terminal))
}

async function serve({ addr, dataDir }: ServeFlags, terminal: Terminal): Promise<void> {
  const { listen } = await import('#base')
  const { createRegistry, diskStore } = await import('#registry')
  const { addressOf } = await import('../address.ts')
  const registry = createRegistry(dataDir === undefined ? {} : { store: diskStore(dataDir) })
  const listener = await listen(registry.handler, addressOf(addr))
  terminal.say(
    'success',
    `registry serving on ${new URL(listener.url).host}${dataDir ? ` from ${dataDir}` : ' from memory'}`,
  )
  await new Promise<void>((resolve) =>
    terminal.signal.addEventListener('abort', () => resolve(), { once: true }),
  )
  await listener.close()
}
