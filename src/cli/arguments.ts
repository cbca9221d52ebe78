import type { Command, Option } from 'commander'
import { nearest, SluiceError } from '#base'

interface GivenFlag {
  /** As typed: `--name` or `-n`. */
  spelled: string
  /** The typed word that it was in, for messages. */
  word: string
  /** What stood behind `=` or in the next word. */
  value: string | undefined
}

interface Reading {
  command: Command
  flags: GivenFlag[]
  positionals: string[]
}

/**
 * Reads a command line as pflag and cobra do (flags anywhere, `-nv`, `--flag=false`, a flag's last use wins) and gives it
 * in the one form that commander then takes: the root's flags, the command's words, its flags, `--`, the arguments.
 * Throws `COMMAND_UNKNOWN`, `FLAG_UNKNOWN`, `FLAG_INVALID` and `ARGUMENTS_INVALID` in cobra's words.
 */
export function readArguments(program: Command, words: readonly string[]): string[] {
  const { command, flags, positionals } = walk(program, words)
  const path = pathOf(command)
  if (flags.some(({ spelled }) => spelled === '--help' || spelled === '-h')) return [...path, '--help']
  const root: GivenFlag[] = []
  const own: GivenFlag[] = []
  for (const flag of flags) {
    if (findOption([command], flag.spelled) && command !== program) own.push(flag)
    else if (findOption([program], flag.spelled)) root.push(flag)
    else throw unknownFlag(flag)
  }
  const isGroup = command.commands.length > 0
  const rootFlags = canonical(program, root)
  if (isGroup) return command === program ? rootFlags : [...path, '--help']
  checkCount(command, positionals)
  return [...rootFlags, ...path, ...canonical(command, own), '--', ...positionals]
}

function walk(program: Command, words: readonly string[]): Reading {
  const reading: Reading = { command: program, flags: [], positionals: [] }
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? ''
    if (word === '--') {
      reading.positionals.push(...words.slice(i + 1))
      break
    }
    if (word.startsWith('-') && word !== '-') i += takeFlag(reading, word, words[i + 1])
    else if (reading.command.commands.length > 0) reading.command = childOf(reading.command, word)
    else reading.positionals.push(word)
  }
  return reading
}

// Gives how many of the following words were taken.
function takeFlag(reading: Reading, word: string, next: string | undefined): number {
  return word.startsWith('--') ? takeLong(reading, word, next) : takeShort(reading, word, next)
}

function takeLong({ command, flags }: Reading, word: string, next: string | undefined): number {
  const equals = word.indexOf('=')
  const spelled = equals < 0 ? word : word.slice(0, equals)
  if (equals >= 0) {
    flags.push({ spelled, word, value: word.slice(equals + 1) })
    return 0
  }
  const wantsValue = findAround(command, spelled)?.required ?? false
  if (wantsValue && next === undefined)
    throw new SluiceError('FLAG_INVALID', `flag needs an argument: ${spelled}`)
  flags.push({ spelled, word, value: wantsValue ? next : undefined })
  return wantsValue ? 1 : 0
}

// `-Aw`, `-nvalue`, `-n=value`, `-n value`, and any of them behind switches: `-An value`.
function takeShort({ command, flags }: Reading, word: string, next: string | undefined): number {
  for (let at = 1; at < word.length; at++) {
    const spelled = `-${word[at]}`
    const rest = word.slice(at + 1)
    const wantsValue = findAround(command, spelled)?.required ?? false
    if (rest.startsWith('=')) {
      flags.push({ spelled, word, value: rest.slice(1) })
      return 0
    }
    if (!wantsValue) flags.push({ spelled, word, value: undefined })
    else if (rest !== '') {
      flags.push({ spelled, word, value: rest })
      return 0
    } else if (next === undefined)
      throw new SluiceError('FLAG_INVALID', `flag needs an argument: '${word[at]}' in ${word}`)
    else {
      flags.push({ spelled, word, value: next })
      return 1
    }
  }
  return 0
}

/** The command that a word names below another; throws `COMMAND_UNKNOWN` with the nearest one. */
export function childOf(command: Command, word: string): Command {
  const child = command.commands.find((c) => c.name() === word || c.aliases().includes(word))
  if (child) return child
  const names = command.commands.map((c) => c.name())
  const near = nearest(word, names)
  throw new SluiceError(
    'COMMAND_UNKNOWN',
    `unknown command "${word}" for "${nameOf(command)}"${near === undefined ? '' : `\n\nDid you mean this?\n\t${near}\n`}`,
  )
}

/** The flags of one command in commander's form: switches as they end up, values in the order given. */
function canonical(command: Command, flags: readonly GivenFlag[]): string[] {
  const switches = new Map<string, boolean>()
  const values: string[] = []
  for (const flag of flags) {
    const { option, inverted } = findOption([command], flag.spelled) ?? {}
    if (!option) continue
    const long = option.long ?? flag.spelled
    if (option.required) values.push(`${long}=${flag.value ?? ''}`)
    else switches.set(long, readSwitch(option, flag) !== inverted)
  }
  const settled = [...switches].flatMap(([long, on]) => (on ? [long] : offFlag(command, long)))
  return [...settled, ...values]
}

// `--wait=false` is more than no `--wait` where the command has a `--no-wait`.
function offFlag(command: Command, long: string): string[] {
  const opposite = long.replace(/^--/, '--no-')
  return command.options.some((option) => option.negate && option.long === opposite) ? [opposite] : []
}

// strconv.ParseBool
const switchWords: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(['1', 't', 'T', 'true', 'TRUE', 'True'].map((word) => [word, true])),
  ...Object.fromEntries(['0', 'f', 'F', 'false', 'FALSE', 'False'].map((word) => [word, false])),
}

function readSwitch(option: Option, { value }: GivenFlag): boolean {
  if (value === undefined) return true
  const on = switchWords[value]
  if (on !== undefined) return on
  throw new SluiceError(
    'FLAG_INVALID',
    `invalid argument "${value}" for "${flagName(option)}" flag: strconv.ParseBool: parsing "${value}": invalid syntax`,
  )
}

/** How pflag names a flag in messages: `--path` or `-n, --namespace`. */
export function flagName({ short, long }: { short?: string | undefined; long?: string | undefined }): string {
  return [short, long].filter(Boolean).join(', ')
}

// `--watch-all-namespaces=false`, as Flux spells it, is our `--no-watch-all-namespaces`.
function findOption(
  commands: readonly Command[],
  spelled: string,
): { option: Option; inverted: boolean } | undefined {
  const opposite = spelled.replace(/^--/, '--no-')
  for (const command of commands) {
    const option = command.options.find(({ short, long }) => short === spelled || long === spelled)
    if (option) return { option, inverted: false }
    const negated = command.options.find(({ negate, long }) => negate && long === opposite)
    if (negated) return { option: negated, inverted: true }
  }
  return undefined
}

// A flag may stand before the word of the command that it belongs to.
function findAround(command: Command, spelled: string): Option | undefined {
  return findOption([command, ...ancestorsOf(command), ...descendantsOf(command)], spelled)?.option
}

function ancestorsOf({ parent }: Command): Command[] {
  return parent ? [parent, ...ancestorsOf(parent)] : []
}

function descendantsOf({ commands }: Command): Command[] {
  return commands.flatMap((command) => [command, ...descendantsOf(command)])
}

function pathOf(command: Command): string[] {
  return command.parent ? [...pathOf(command.parent), command.name()] : []
}

/** A command's full name, the program's included. */
export function nameOf(command: Command): string {
  return [...ancestorsOf(command).reverse(), command].map((c) => c.name()).join(' ')
}

function checkCount(command: Command, positionals: readonly string[]): void {
  const { registeredArguments } = command
  const most = registeredArguments.some(({ variadic }) => variadic)
    ? Number.POSITIVE_INFINITY
    : registeredArguments.length
  const least = registeredArguments.filter(({ required }) => required).length
  const received = positionals.length
  if (most === 0 && received > 0)
    throw new SluiceError(
      'COMMAND_UNKNOWN',
      `unknown command "${positionals[0] ?? ''}" for "${nameOf(command)}"`,
    )
  if (received >= least && received <= most) return
  const wanted =
    least === most ? `${least} arg(s)` : `at ${received < least ? `least ${least}` : `most ${most}`} arg(s)`
  throw new SluiceError('ARGUMENTS_INVALID', `accepts ${wanted}, received ${received}`)
}

function unknownFlag({ spelled, word }: GivenFlag): SluiceError {
  return new SluiceError(
    'FLAG_UNKNOWN',
    spelled.startsWith('--')
      ? `unknown flag: ${spelled}`
      : `unknown shorthand flag: '${spelled.slice(1)}' in ${word}`,
  )
}
