import { stat } from 'node:fs/promises'
import type { Command } from 'commander'
import { SluiceError } from '#base'
import { writeLayer } from '../artifact-source.ts'
import { type Format, formatOption, formatValue } from '../output.ts'
import {
  addRegistryFlags,
  addressOfRepository,
  checkUrlGiven,
  readArtifactUrl,
  withRepository,
} from '../registry-access.ts'
import type { Terminal } from '../terminal.ts'

interface PullFlags {
  output?: string
  format?: Format
}

/** `pull artifact`: an OCI artifact's files into a folder. */
export function registerPullArtifact(pull: Command, terminal: Terminal): void {
  const command = pull
    .command('artifact')
    .description('Pull an OCI artifact and extract its files into a folder')
    .argument('[url]', 'oci://<host>/<repository>[:<tag>|@<digest>]')
    .option('-o, --output <dir>', 'existing folder to extract into')
    .addOption(formatOption())
  addRegistryFlags(command).action((url: string | undefined, flags: PullFlags) =>
    pullCommand(url, flags, command, terminal),
  )
}

async function pullCommand(
  url: string | undefined,
  { output, format }: PullFlags,
  command: Command,
  terminal: Terminal,
): Promise<void> {
  checkUrlGiven(url)
  if (!output) throw new SluiceError('OUTPUT_INVALID', 'output path cannot be empty')
  await checkFolder(output)
  const reference = await readArtifactUrl(url)
  await withRepository(reference, command, terminal, async ({ repository, signal }) => {
    const { annotationNames, pullArtifact } = await import('#artifact')
    if (!format) terminal.say('action', `pulling artifact from ${url.slice('oci://'.length)}`)
    const pulled = await pullArtifact(repository, undefined, { signal })
    const { [annotationNames.source]: source, [annotationNames.revision]: revision } =
      pulled.manifest.annotations ?? {}
    const address = addressOfRepository(reference)
    const { digest } = pulled.root
    if (!format) {
      if (source) terminal.say('success', `source ${source}`)
      if (revision) terminal.say('success', `revision ${revision}`)
      terminal.say('success', `digest ${address}@${digest}`)
    }
    const written = await writeLayer(output, pulled)
    if (!format) terminal.say('success', `artifact content extracted to ${written}`)
    else {
      const result = {
        url: `oci://${address}@${digest}`,
        repository: address,
        digest,
        source,
        revision,
        output: written,
      }
      terminal.print(await formatValue(result, format))
    }
  })
}

async function checkFolder(path: string): Promise<void> {
  try {
    if ((await stat(path)).isDirectory()) return
  } catch (cause) {
    const found =
      (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file or directory' : String(cause)
    throw new SluiceError('OUTPUT_INVALID', `invalid output path "${path}": stat ${path}: ${found}`, {
      cause,
    })
  }
  throw new SluiceError('OUTPUT_INVALID', `invalid output path "${path}": found a file, wanted a folder`)
}
