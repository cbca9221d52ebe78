import type { Command, Option } from 'commander'
import { childOf, nameOf } from './arguments.ts'

const width = 100

/** Adds `help [command…]` and sets how help looks. */
export function addHelp(program: Command): void {
  program
    .command('help')
    .description('Show the help of a command')
    .argument('[command...]', 'words of the command')
    .action((words: string[]) => words.reduce(childOf, program).outputHelp())
  for (const command of withDescendants(program))
    command.helpCommand(false).configureHelp({ formatHelp: helpOf })
}

/** A command and all below it. */
export function withDescendants(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withDescendants)]
}

/** The help of a command. Its own flags only: the global ones are listed by the program's help. */
export function helpOf(command: Command): string {
  const { parent } = command
  const aliases = command.aliases()
  const children = command.commands.toSorted((a, b) => (a.name() < b.name() ? -1 : 1))
  const flags = command.options.filter(({ hidden }) => !hidden)
  return [
    `${command.description()}\n`,
    section('Usage', [`  ${usageOf(command)}\n`]),
    section('Aliases', aliases.length > 0 ? [`  ${[command.name(), ...aliases].join(', ')}\n`] : []),
    section(
      'Arguments',
      columns(command.registeredArguments.map((argument) => [argument.name(), argument.description])),
    ),
    section('Commands', columns(children.map((child) => [child.name(), child.description()]))),
    section(
      'Flags',
      columns([
        ...flags.map((option): Row => [termOf(option), descriptionOf(option)]),
        ['-h, --help', 'show this help'],
      ]),
    ),
    parent ? `\nThe global flags are listed by "${rootOf(parent).name()} --help".\n` : '',
  ].join('')
}

type Row = readonly [term: string, description: string]

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `\n${title}:\n${lines.join('')}`
}

function usageOf(command: Command): string {
  const words = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`
    return argument.required ? `<${name}>` : `[${name}]`
  })
  return [nameOf(command), ...(command.commands.length > 0 ? ['[command]'] : words), '[flags]'].join(' ')
}

function termOf({ short, flags }: Option): string {
  return short === undefined ? `    ${flags}` : flags
}

function descriptionOf({ description, defaultValue, defaultValueDescription, negate }: Option): string {
  const shown = defaultValueDescription ?? (negate ? undefined : defaultValue)
  return shown === undefined ? description : `${description} (default ${JSON.stringify(shown)})`
}

function columns(rows: readonly Row[]): string[] {
  const left = Math.max(0, ...rows.map(([term]) => term.length))
  return rows.map(([term, description]) => {
    const lines = wrap(description, width - left - 5)
    return `  ${term.padEnd(left)}   ${lines.join(`\n${' '.repeat(left + 5)}`)}\n`
  })
}

function wrap(text: string, room: number): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? ''
    if (last !== '' && last.length + 1 + word.length > room) lines.push(word)
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`
  }
  return lines
}

function rootOf(command: Command): Command {
  return command.parent ? rootOf(command.parent) : command
}
