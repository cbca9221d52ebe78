import type { Command } from 'commander'
import { kustomizeVersion } from '#api'
import { SluiceError } from '#base'
import { type Format, formatValue, outputOption } from '../output.ts'
import { withCluster } from '../session.ts'
import type { Terminal } from '../terminal.ts'

interface TreeFlags {
  compact?: boolean
  output?: Format
}

/** `tree kustomization`: what a Kustomization owns, and what its children own. */
export function registerTree(program: Command, terminal: Terminal): void {
  const tree = program.command('tree').description('Print what an object has brought into the cluster')
  const command = tree
    .command('kustomization')
    .aliases(['ks', 'kustomizations'])
    .description('Print the objects of a Kustomization as a tree')
    .argument('[name]', 'which one')
    .option('--compact', 'only kinds of Flux')
    .addOption(outputOption())
  command.action((name: string | undefined, { compact = false, output }: TreeFlags) => {
    if (!name) throw new SluiceError('NAME_MISSING', 'kustomization name is required')
    return withCluster(command, terminal, async ({ cluster, namespace }) => {
      const { formatTree, growTree, treeValue } = await import('../object-tree.ts')
      const ref = { apiVersion: kustomizeVersion, kind: 'Kustomization', name, namespace }
      const root = await growTree(cluster, ref, { compact })
      if (!output) terminal.print(`${formatTree(root)}\n`)
      else terminal.print(`${await formatValue(treeValue(root), output)}${output === 'yaml' ? '\n' : ''}`)
    })
  })
}
