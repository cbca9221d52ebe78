import type { Command } from 'commander'
import { isCode, SluiceError } from '#base'
import { type Format, formatValue, outputOption } from '../output.ts'
import {
  addRegistryFlags,
  addressOfRepository,
  checkUrlGiven,
  prefixed,
  readArtifactUrl,
  withRepository,
} from '../registry-access.ts'
import type { Terminal } from '../terminal.ts'
import { listOption } from '../values.ts'

interface TagFlags {
  tag?: string[]
  output?: Format
}

/** `tag artifact`: further names for what is in the registry. */
export function registerTagArtifact(tag: Command, terminal: Terminal): void {
  const command = tag
    .command('artifact')
    .description('Give an OCI artifact further tags')
    .argument('[url]', 'oci://<host>/<repository>[:<tag>|@<digest>]')
    .addOption(listOption('--tag <tag>', 'tag to give it, may be repeated'))
    .addOption(outputOption())
  addRegistryFlags(command).action((url: string | undefined, flags: TagFlags) =>
    tagCommand(url, flags, command, terminal),
  )
}

async function tagCommand(
  url: string | undefined,
  { tag: tags = [], output }: TagFlags,
  command: Command,
  terminal: Terminal,
): Promise<void> {
  checkUrlGiven(url)
  if (tags.length === 0) throw new SluiceError('FLAG_MISSING', '--tag is required')
  const reference = await readArtifactUrl(url)
  const { formatReference, readTag } = await import('#oci')
  for (const tag of tags) readTag(tag)
  await withRepository(reference, command, terminal, async ({ repository }) => {
    const { tagArtifact } = await import('#artifact')
    const address = addressOfRepository(reference)
    if (!output) terminal.say('action', 'tagging artifact')
    const onTag = (tag: string): void => {
      if (!output) terminal.say('success', `artifact tagged as ${address}:${tag}`)
    }
    const { digest } = await prefixed('tagging artifact failed', async () => {
      try {
        return await tagArtifact(repository, undefined, tags, onTag)
      } catch (error) {
        if (!isCode(error, 'MANIFEST_UNKNOWN', 'NAME_UNKNOWN')) throw error
        return prefixed(`fetching "${formatReference(reference)}"`, () => Promise.reject(error))
      }
    })
    if (output) terminal.print(await formatValue({ repository: address, digest, tags }, output))
  })
}
