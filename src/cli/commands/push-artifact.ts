import type { Command } from 'commander'
import { SluiceError } from '#base'
import type { Reference } from '#oci'
import { addSourceFlags, checkPathFlag, packSource, type SourceFlags } from '../artifact-source.ts'
import { type Format, formatValue, outputOption } from '../output.ts'
import {
  addRegistryFlags,
  addressOfRepository,
  checkUrlGiven,
  connectForPush,
  prefixed,
  readArtifactUrl,
  withRepository,
} from '../registry-access.ts'
import type { Terminal } from '../terminal.ts'
import { listOption, readPair, repeatedOption } from '../values.ts'

interface PushFlags extends SourceFlags {
  source?: string
  revision?: string
  annotations?: string[]
  tag?: string[]
  output?: Format
  reproducible?: boolean
}

/** `push artifact`: a folder becomes an OCI artifact. Standard output is its `HOST/REPO@sha256:…` and nothing else. */
export function registerPushArtifact(push: Command, terminal: Terminal): void {
  const command = push
    .command('artifact')
    .description('Push a folder, a file or standard input to a registry as an OCI artifact')
    .argument('[url]', 'oci://<host>/<repository>[:<tag>]')
    .option('-f, --path <path>', 'folder or file to push, or - for standard input')
    .option('--source <url>', 'where the content comes from, e.g. the address of its Git repository')
    .option('--revision <revision>', 'what of it, e.g. <branch|tag>@sha1:<commit>')
    .addOption(repeatedOption('-a, --annotations <key=value>', 'annotation of the artifact, may be repeated'))
    .addOption(listOption('--tag <tag>', 'further tag, may be repeated'))
    .addOption(outputOption())
    .option(
      '--reproducible',
      'set the time of creation to the Unix epoch, so that the same files give the same digest',
    )
    .option('--debug', 'taken for compatibility; SLUICE_DEBUG=1 tells more about errors')
  addRegistryFlags(addSourceFlags(command)).action((url: string | undefined, flags: PushFlags) =>
    pushCommand(url, flags, command, terminal),
  )
}

async function pushCommand(
  url: string | undefined,
  flags: PushFlags,
  command: Command,
  terminal: Terminal,
): Promise<void> {
  checkUrlGiven(url)
  if (!flags.source) throw new SluiceError('FLAG_MISSING', '--source is required')
  if (!flags.revision) throw new SluiceError('FLAG_MISSING', '--revision is required')
  checkPathFlag(flags)
  const reference = await readArtifactUrl(url)
  const tags = await tagsOf(reference, flags)
  const layer = await packSource(flags, terminal)
  const metadata = {
    source: flags.source,
    revision: flags.revision,
    annotations: Object.fromEntries((flags.annotations ?? []).map((text) => readPair(text, 'annotation'))),
    ...(flags.reproducible ? {} : { created: await now() }),
  }
  const { annotationsOf, pushArtifact } = await import('#artifact')
  annotationsOf(metadata)
  await withRepository(reference, command, terminal, async (session) => {
    await connectForPush(session)
    if (!flags.output) terminal.say('action', `pushing artifact to ${url.slice('oci://'.length)}`)
    const { repository, signal } = session
    const { digest } = await prefixed('pushing artifact failed', () =>
      pushArtifact(repository, layer, metadata, { tags, signal }),
    )
    const address = addressOfRepository(reference)
    if (flags.output) {
      const pushed = { url: `oci://${address}@${digest}`, repository: address, tag: tags[0] ?? '', digest }
      terminal.print(await formatValue(pushed, flags.output))
      return
    }
    terminal.say('success', `artifact successfully pushed to ${address}@${digest}`)
    terminal.print(`${address}@${digest}\n`)
  })
}

async function tagsOf(reference: Reference, { tag = [] }: PushFlags): Promise<string[]> {
  const { formatReference, readTag } = await import('#oci')
  if (reference.digest !== undefined)
    throw new SluiceError(
      'PUSH_TARGET_INVALID',
      `Cannot push to ${formatReference(reference)}: found a digest, wanted a tag or none`,
    )
  return [...new Set([reference.tag ?? 'latest', ...tag.map(readTag)])]
}

async function now(): Promise<string> {
  const { formatTime } = await import('#base')
  return formatTime(Date.now())
}
