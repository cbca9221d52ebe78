import type { Command } from 'commander'
import { type FileTree, isCode, SluiceError } from '#base'
import { addSourceFlags, checkPathFlag, readSource, type SourceFlags } from '../artifact-source.ts'
import { type Format, formatValue, outputOption } from '../output.ts'
import { addRegistryFlags, readArtifactUrl, withRepository } from '../registry-access.ts'
import type { Terminal } from '../terminal.ts'
import { diffTrees } from '../tree-diff.ts'

interface DiffFlags extends SourceFlags {
  output?: Format
}

/** `diff artifact`: compares what is in the registry with local files, by content; the exit code is 1 when they differ. */
export function registerDiffArtifact(diff: Command, terminal: Terminal): void {
  const command = diff
    .command('artifact')
    .description('Compare an OCI artifact with local files; exit code 1 when they differ')
    .argument('[url]', 'oci://<host>/<repository>[:<tag>|@<digest>]')
    .option('--path <path>', 'folder or file to compare with')
    .addOption(outputOption())
  addRegistryFlags(addSourceFlags(command)).action((url: string | undefined, flags: DiffFlags) =>
    diffCommand(url, flags, command, terminal),
  )
}

async function diffCommand(
  url: string | undefined,
  flags: DiffFlags,
  command: Command,
  terminal: Terminal,
): Promise<void> {
  const reference = await readArtifactUrl(url)
  checkPathFlag(flags)
  const local = await readSource(flags, terminal).catch(withoutDetail)
  await withRepository(reference, command, terminal, async ({ repository, signal }) => {
    const { pullArtifact, unpack } = await import('#artifact')
    const pulled = await pullArtifact(repository, undefined, { signal })
    const remote: FileTree = await unpack(pulled.open())
    const changes = diffTrees(remote, local)
    if (flags.output) terminal.print(await formatValue(changes, flags.output))
    else for (const { change, path } of changes) terminal.print(`${change} ${path}\n`)
    if (changes.length > 0)
      throw new SluiceError('ARTIFACT_DIFFERS', 'the remote artifact contents differs from the local one')
    if (!flags.output) terminal.say('success', 'no changes detected')
  })
}

// Flux says here less than it does when it pushes.
function withoutDetail(error: unknown): never {
  if (!isCode(error, 'PATH_NOT_FOUND')) throw error
  throw new SluiceError(error.code, error.message.replace(/: [^:]*: [^:]*$/, ''), { cause: error })
}
