import { limits, readAll, SluiceError } from '#base'

/** Where a command reads and writes, and what it may know of its surroundings. */
export interface Terminal {
  /** `sluice`, or `flux` when called by that name. */
  readonly name: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Machine output: tables, YAML, JSON, digests. */
  print(text: string): void
  /** Progress for people, on stderr: a symbol, a space, the text. */
  say(symbol: Symbol, text: string): void
  /** Text for people on stderr as it is, without a symbol. */
  tell(text: string): void
  /** All of stdin. */
  readStdin(): Promise<Uint8Array>
  /** The answer to a question, one line; undefined when nobody is there to answer. */
  ask(question: string): Promise<string | undefined>
  readonly interactive: boolean
  /** Whether stdout is a terminal that shows colours. */
  readonly colours: boolean
  /** Aborted at Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal
}

type Symbol = keyof typeof symbols

const symbols = { action: '►', generate: '✚', wait: '◎', success: '✔', warning: '⚠️', failure: '✗' } as const

/** The line that {@link Terminal.say} writes. */
export function symbolLine(symbol: Symbol, text: string): string {
  return `${symbols[symbol]} ${text}\n`
}

/** The terminal of this process, for a program that was called by `name`. */
export function processTerminal(name: string): Terminal {
  return {
    name: name === 'flux' ? 'flux' : 'sluice',
    env: process.env,
    cwd: process.cwd(),
    print: (text) => void process.stdout.write(text),
    say: (symbol, text) => void process.stderr.write(symbolLine(symbol, text)),
    tell: (text) => void process.stderr.write(text),
    readStdin: () => readAll(process.stdin, limits.fileBytes, 'stdin'),
    ask,
    interactive: process.stdin.isTTY,
    colours: process.stdout.isTTY,
    signal: interruption(),
  }
}

// The exit code that shells give a program that Ctrl-C has ended.
const interrupted = 130

function interruption(): AbortSignal {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // The second one means it.
      if (stop.signal.aborted) process.exit(interrupted)
      stop.abort(new SluiceError('INTERRUPTED', 'interrupted', { details: { exitCode: interrupted } }))
    })
  }
  return stop.signal
}

async function ask(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined
  const { createInterface } = await import('node:readline/promises')
  const reader = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await reader.question(question)
  } finally {
    reader.close()
  }
}
