import { isCode, messageOf, SluiceError } from '#base'
import type { Terminal } from './terminal.ts'

/** Tells an error in one line and gives the exit code: its own, or 1. Details only when asked for, never a stack trace. */
export function tellError(error: unknown, terminal: Terminal): number {
  // Whoever pressed Ctrl-C knows.
  if (!isCode(error, 'INTERRUPTED')) terminal.say('failure', messageOf(error))
  if (terminal.env['SLUICE_DEBUG']) terminal.tell(detailsOf(error))
  const code = error instanceof SluiceError ? error.details['exitCode'] : undefined
  return typeof code === 'number' ? code : 1
}

// The code of the error and of each one that it was made from, then where the first one comes from.
function detailsOf(error: unknown): string {
  const chain: string[] = []
  let deepest = error
  for (let next = error; next instanceof Error; next = next.cause) {
    chain.push(`  ${next instanceof SluiceError ? next.code : next.name}: ${next.message}\n`)
    deepest = next
  }
  return `${chain.join('')}${deepest instanceof Error ? `${deepest.stack ?? ''}\n` : ''}`
}
