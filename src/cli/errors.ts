import { messageOf, SluiceError } from '#base'
import type { Terminal } from './terminal.ts'

/** Tells an error in one line and gives the exit code: its own, or 1. Details only when asked for, never a stack trace. */
export function tellError(error: unknown, terminal: Terminal): number {
  terminal.say('failure', messageOf(error))
  if (terminal.env['SLUICE_DEBUG']) terminal.tell(`${error instanceof Error ? error.stack : String(error)}\n`)
  const code = error instanceof SluiceError ? error.details['exitCode'] : undefined
  return typeof code === 'number' ? code : 1
}
