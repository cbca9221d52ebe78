import type { Command } from 'commander'
import { nameOf } from './arguments.ts'
import { helpOf, withDescendants } from './help.ts'

/** The documentation of a command line as Markdown files by name: one a command, and one of the whole with the global flags. */
export function commandPages(program: Command): Map<string, string> {
  const leaves = withDescendants(program).filter(({ commands, parent }) => commands.length === 0 && parent)
  const list = leaves
    .map((command) => `- [${nameOf(command)}](${fileOf(command)}): ${command.description()}\n`)
    .sort()
    .join('')
  return new Map([
    ...leaves.map((command) => [fileOf(command), page(command)] as const),
    ['README.md', `${page(program)}\nEach command has a page:\n\n${list}`],
  ])
}

function fileOf(command: Command): string {
  return `${nameOf(command).split(' ').slice(1).join('-')}.md`
}

// scripts/generate.mjs writes the pages; what is on them is what `--help` says.
function page(command: Command): string {
  return `# ${nameOf(command)}\n\n\`\`\`text\n${helpOf(command)}\`\`\`\n`
}
