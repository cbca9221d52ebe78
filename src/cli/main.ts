import { basename } from 'node:path'
import { runCommandLine } from './command-line.ts'
import { processTerminal } from './terminal.ts'

// A reader that has enough (`| head -1`) ends us quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})
const terminal = processTerminal(basename(process.argv[1] ?? 'sluice'))
process.exitCode = await runCommandLine(process.argv.slice(2), terminal)
