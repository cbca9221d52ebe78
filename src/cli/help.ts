import { type Command, Help } from 'commander'
import { childOf, nameOf } from './arguments.ts'

/** Adds `help [command…]`, and sets how help looks: the program's own flags are listed by its own help only. */
export function addHelp(program: Command): void {
  program.helpCommand(false)
  program
    .command('help')
    .description('Show the help of a command')
    .argument('[command...]', 'words of the command')
    .action((words: string[]) => words.reduce(childOf, program).outputHelp())
  for (const command of withDescendants(program)) command.configureHelp(new CommandHelp())
}

/** A command and all below it. */
export function withDescendants(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withDescendants)]
}

class CommandHelp extends Help {
  override helpWidth = 100
  override sortSubcommands = true

  override commandUsage(command: Command): string {
    return `${nameOf(command)}${command.commands.length > 0 ? ' [command]' : argumentsOf(command)} [flags]`
  }

  // Without its flags, which are not what tells commands apart.
  override subcommandTerm(command: Command): string {
    return command.name()
  }

  override formatHelp(command: Command, helper: Help): string {
    const text = super.formatHelp(command, helper)
    const aliases = command.aliases()
    const also = aliases.length > 0 ? `Aliases:\n  ${[command.name(), ...aliases].join(', ')}\n\n` : ''
    const more = command.parent
      ? `\nThe global flags are listed by "${rootOf(command).name()} --help".\n`
      : ''
    return text.replace('\n\n', `\n\n${also}`).replaceAll('\nOptions:\n', '\nFlags:\n') + more
  }
}

function argumentsOf({ registeredArguments }: Command): string {
  return registeredArguments
    .map((argument) => {
      const name = `${argument.name()}${argument.variadic ? '...' : ''}`
      return argument.required ? ` <${name}>` : ` [${name}]`
    })
    .join('')
}

function rootOf(command: Command): Command {
  return command.parent ? rootOf(command.parent) : command
}
