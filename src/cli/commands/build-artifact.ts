import { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { messageOf, SluiceError } from '#base'
import { addSourceFlags, checkPathFlag, packSource, type SourceFlags } from '../artifact-source.ts'
import { type Format, formatOption, formatValue } from '../output.ts'
import type { Terminal } from '../terminal.ts'

interface BuildFlags extends SourceFlags {
  output: string
  format?: Format
}

/** `build artifact`: the layer that `push artifact` would push, as a file. */
export function registerBuildArtifact(build: Command, terminal: Terminal): void {
  const command = build
    .command('artifact')
    .description('Pack a folder, a file or standard input into the file that push artifact would push')
    .option('-p, --path <path>', 'folder or file to pack, or - for standard input')
    .option('-o, --output <file>', 'file to write', 'artifact.tgz')
    .addOption(formatOption())
  addSourceFlags(command).action((flags: BuildFlags) => buildCommand(flags, terminal))
}

async function buildCommand(flags: BuildFlags, terminal: Terminal): Promise<void> {
  checkPathFlag(flags)
  const { output, format, path } = flags
  if (!format) terminal.say('action', `building artifact from ${path}`)
  const layer = await packSource(flags, terminal)
  await writeWhole(output, layer.open())
  if (!format) terminal.say('success', `artifact created at ${output}`)
  else {
    const { digest, size } = layer.descriptor
    terminal.print(await formatValue({ path: output, digest, size, diffId: layer.diffId }, format))
  }
}

// Beside its place and then moved there: whoever looks meanwhile sees the old file or the new one, never half of it.
async function writeWhole(file: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  let folder: string | undefined
  try {
    folder = await mkdtemp(join(dirname(file), '.sluice-'))
    const fresh = join(folder, 'artifact')
    await writeFile(fresh, bytes)
    await chmod(fresh, 0o640)
    await rename(fresh, file)
  } catch (cause) {
    throw new SluiceError('PATH_UNWRITABLE', `Cannot write ${file}: ${messageOf(cause)}`, { cause })
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  }
}
