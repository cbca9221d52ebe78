import type { Command } from 'commander'
import { type Format, formatValue, outputOption } from '../output.ts'
import { addRegistryFlags, prefixed, readArtifactUrl, withRepository } from '../registry-access.ts'
import { formatTable } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { countOption } from '../values.ts'

interface ListFlags {
  filterSemver?: string
  filterRegex?: string
  limit?: number
  output?: Format
}

/** `list artifacts`: the tagged artifacts of a repository, with where they come from. */
export function registerListArtifacts(list: Command, terminal: Terminal): void {
  const command = list
    .command('artifacts')
    .description('List the tagged artifacts of a repository')
    .argument('[url]', 'oci://<host>/<repository>')
    .option('--filter-semver <range>', 'only tags that are versions in this range')
    .option('--filter-regex <expression>', 'only tags that match this regular expression (RE2)')
    .addOption(countOption('--limit <n>', 'at most so many'))
    .addOption(outputOption())
  addRegistryFlags(command).action((url: string | undefined, flags: ListFlags) =>
    listCommand(url, flags, command, terminal),
  )
}

async function listCommand(
  url: string | undefined,
  { filterSemver, filterRegex, limit, output }: ListFlags,
  command: Command,
  terminal: Terminal,
): Promise<void> {
  const reference = await readArtifactUrl(url)
  await withRepository(reference, command, terminal, async ({ repository, signal }) => {
    const { listArtifacts } = await import('#artifact')
    const all = await prefixed('listing tags failed', () =>
      listArtifacts(repository, {
        signal,
        ...(filterSemver ? { semver: filterSemver } : {}),
        ...(filterRegex ? { regex: filterRegex } : {}),
      }),
    )
    const found = all.slice(0, limit)
    if (output) {
      terminal.print(await formatValue(found, output))
      return
    }
    const rows = found.map(({ artifact, digest, source, revision }) => [artifact, digest, source, revision])
    terminal.print(formatTable(['artifact', 'digest', 'source', 'revision'], rows))
  })
}
