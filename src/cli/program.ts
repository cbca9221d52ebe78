import { Command } from 'commander'
import { registerDemo } from './commands/demo.ts'
import { registerRegistry } from './commands/registry.ts'
import { registerRun } from './commands/run.ts'
import { registerUp } from './commands/up.ts'
import type { Terminal } from './terminal.ts'

/** The command tree. Commands load what they need when they run. */
export function createProgram(terminal: Terminal): Command {
  const program = new Command(terminal.name)
  program.description('Delivers Kubernetes configuration as OCI artifacts').exitOverride()
  for (const register of [registerDemo, registerUp, registerRun, registerRegistry])
    register(program, terminal)
  return program
}
