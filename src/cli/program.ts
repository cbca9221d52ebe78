import { Command } from 'commander'
import { registerBuildArtifact } from './commands/build-artifact.ts'
import { registerCreate } from './commands/create.ts'
import { registerDelete } from './commands/delete.ts'
import { registerDemo } from './commands/demo.ts'
import { registerDiffArtifact } from './commands/diff-artifact.ts'
import { registerEvents } from './commands/events.ts'
import { registerExport } from './commands/export.ts'
import { registerGet } from './commands/get.ts'
import { registerListArtifacts } from './commands/list-artifacts.ts'
import { registerPullArtifact } from './commands/pull-artifact.ts'
import { registerPushArtifact } from './commands/push-artifact.ts'
import { registerReconcile } from './commands/reconcile.ts'
import { registerRegistry } from './commands/registry.ts'
import { registerResume } from './commands/resume.ts'
import { registerRun } from './commands/run.ts'
import { registerSuspend } from './commands/suspend.ts'
import { registerTagArtifact } from './commands/tag-artifact.ts'
import { registerTree } from './commands/tree.ts'
import { registerUp } from './commands/up.ts'
import { registerVersion } from './commands/version.ts'
import { addGlobalFlags } from './globals.ts'
import { addHelp } from './help.ts'
import type { Terminal } from './terminal.ts'
import { readVersion } from './version.ts'

type Register = (parent: Command, terminal: Terminal) => void

const commands: readonly Register[] = [
  registerDemo,
  registerUp,
  registerRun,
  registerRegistry,
  group('push', 'Push artifacts', registerPushArtifact),
  group('pull', 'Pull artifacts', registerPullArtifact),
  group('tag', 'Tag artifacts', registerTagArtifact),
  group('list', 'List artifacts', registerListArtifacts),
  group('build', 'Build artifacts', registerBuildArtifact),
  group('diff', 'Compare artifacts', registerDiffArtifact),
  registerCreate,
  registerGet,
  registerReconcile,
  registerSuspend,
  registerResume,
  registerExport,
  registerDelete,
  registerTree,
  registerEvents,
  registerVersion,
]

/** The command tree. Commands load what they need when they run. */
export function createProgram(terminal: Terminal): Command {
  const program = new Command(terminal.name)
    .description('Delivers Kubernetes configuration as OCI artifacts')
    .option('-v, --version', 'print the version')
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => terminal.print(text),
      writeErr: (text) => terminal.tell(text),
      // main.ts tells errors.
      outputError: () => undefined,
    })
  addGlobalFlags(program)
  for (const register of commands) register(program, terminal)
  addHelp(program)
  return program.action(({ version }: { version?: boolean }) => {
    if (version) terminal.print(`${terminal.name} version ${readVersion()}\n`)
    else program.outputHelp()
  })
}

function group(name: string, description: string, register: Register): Register {
  return (program, terminal) => register(program.command(name).description(description), terminal)
}
