import type { Terminal } from '../terminal.ts'

/** The account that a playground command gives of itself, a line a step, with how long each took. */
export interface Account {
  /** Runs a step and prints its line when it is done. */
  step<T>(title: string, work: () => Promise<T>, detail: (result: T) => string): Promise<T>
  heading(text: string): void
  /** Lines that are not steps. */
  note(...lines: string[]): void
}

const titleWidth = 12

/** Opens an account on a terminal's standard output. */
export function openAccount(terminal: Terminal): Account {
  return {
    async step(title, work, detail) {
      const started = performance.now()
      const result = await work()
      const took = `${((performance.now() - started) / 1000).toFixed(2)} s`
      terminal.print(`  ✔ ${title.padEnd(titleWidth)} ${detail(result)}  ${dim(took, terminal)}\n`)
      return result
    },
    heading: (text) => terminal.print(`\n${bold(text, terminal)}\n`),
    note: (...lines) => terminal.print(lines.map((line) => `${line}\n`).join('')),
  }
}

function dim(text: string, terminal: Terminal): string {
  return colours(terminal) ? `\u001B[2m(${text})\u001B[22m` : `(${text})`
}

function bold(text: string, terminal: Terminal): string {
  return colours(terminal) ? `\u001B[1m${text}\u001B[22m` : text
}

// https://no-color.org
function colours(terminal: Terminal): boolean {
  return terminal.colours && !terminal.env['NO_COLOR']
}
