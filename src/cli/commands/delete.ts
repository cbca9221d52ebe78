import type { Command } from 'commander'
import { SluiceError } from '#base'
import { addKindCommands, type KindDescription } from '../kinds.ts'
import { withCluster } from '../session.ts'
import type { Terminal } from '../terminal.ts'

/** `delete`: objects, after a question. */
export function registerDelete(program: Command, terminal: Terminal): void {
  const verb = program.command('delete').description('Delete objects')
  addKindCommands(verb, 'Delete', (command, description) => {
    command
      .argument('[name]', 'which one')
      .option('-s, --silent', 'do not ask first')
      .action((name: string | undefined, { silent }: { silent?: boolean }) => {
        const { apiVersion, kind, human } = description
        if (!name) throw new SluiceError('NAME_MISSING', `${human} name is required`)
        return withCluster(command, terminal, async ({ cluster, namespace }) => {
          const ref = { apiVersion, kind, name, namespace }
          await cluster.get(ref)
          if (!silent) await confirm(description, terminal)
          terminal.say('action', `deleting ${human} ${name} in ${namespace} namespace`)
          await cluster.remove(ref)
          terminal.say('success', `${human} deleted`)
        })
      })
  })
}

async function confirm({ human }: KindDescription, terminal: Terminal): Promise<void> {
  const answer = await terminal.ask(`? Are you sure you want to delete this ${human}? [y/N] `)
  if (answer?.trim().toLowerCase() !== 'y') throw new SluiceError('ABORTED', 'aborting')
}
