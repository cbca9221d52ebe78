import { CommanderError } from 'commander'
import { readArguments } from './arguments.ts'
import { tellError } from './errors.ts'
import { createProgram } from './program.ts'
import type { Terminal } from './terminal.ts'

/** Runs one command line to its end and gives the exit code. Never throws. */
export async function runCommandLine(words: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const program = createProgram(terminal)
    await program.parseAsync(readArguments(program, words), { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    return tellError(error, terminal)
  }
}
