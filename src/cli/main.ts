import { basename } from 'node:path'
import { CommanderError } from 'commander'
import { tellError } from './errors.ts'
import { createProgram } from './program.ts'
import { processTerminal } from './terminal.ts'

const terminal = processTerminal(basename(process.argv[1] ?? 'sluice'))
try {
  await createProgram(terminal).parseAsync(process.argv)
} catch (error) {
  process.exitCode = error instanceof CommanderError ? error.exitCode : tellError(error, terminal)
}
