import type { Command } from 'commander'
import { addKindCommands } from '../kinds.ts'
import { checkNamed, selectNamed } from '../named.ts'
import { withCluster } from '../session.ts'
import type { Terminal } from '../terminal.ts'

/** `suspend`: objects are left alone until they are resumed. */
export function registerSuspend(program: Command, terminal: Terminal): void {
  const verb = program.command('suspend').description('Suspend objects: they are left alone until resumed')
  addKindCommands(verb, 'Suspend', (command, description) => {
    command
      .argument('[name...]', 'which ones')
      .option('--all', 'every one in the namespace')
      .action((names: string[], { all }: { all?: boolean }) => {
        checkNamed(description, names, all)
        return withCluster(command, terminal, async (session) => {
          const { cluster, namespace, manager } = session
          for (const ref of await selectNamed(description, names, session)) {
            terminal.say('action', `suspending ${description.human} ${ref.name} in ${namespace} namespace`)
            await cluster.patch(ref, 'merge', { spec: { suspend: true } }, { manager })
            terminal.say('success', `${description.human} suspended`)
          }
        })
      })
  })
}
