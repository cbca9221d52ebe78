import type { Command } from 'commander'
import type { Cluster } from '#kube'
import { withDeadline } from './deadline.ts'
import { type GlobalFlags, namespaceOf, watchTimeout } from './globals.ts'
import type { Terminal } from './terminal.ts'

/** A cluster for as long as a command runs. */
export interface Session {
  readonly cluster: Cluster
  readonly namespace: string
  /** Aborted at `--timeout` and at Ctrl-C. */
  readonly signal: AbortSignal
  readonly terminal: Terminal
  /** Field manager of what the command writes. */
  readonly manager: string
}

export interface SessionOptions {
  /** The command follows changes until it is stopped, unless `--timeout` was given. */
  endless?: boolean
}

/** Does `work` on the cluster and namespace that the flags and the environment name, and ends its connections. */
export async function withCluster<T>(
  command: Command,
  terminal: Terminal,
  work: (session: Session) => Promise<T>,
  { endless = false }: SessionOptions = {},
): Promise<T> {
  const { openConnection } = await import('./connection.ts')
  // Checked before anything is read, as Flux does; the context's namespace is known only later.
  namespaceOf(command, { ...terminal, say: () => undefined })
  const { cluster, config, close } = await openConnection(command, terminal)
  try {
    const namespace = namespaceOf(command, terminal, config.namespace)
    const timeout = endless ? watchTimeout(command) : command.optsWithGlobals<GlobalFlags>().timeout
    return await withDeadline(terminal, timeout, (signal) =>
      work({ cluster, namespace, signal, terminal, manager: terminal.name }),
    )
  } finally {
    await close()
  }
}
