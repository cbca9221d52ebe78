import { join } from 'node:path'
import type { Command } from 'commander'
import type { Layer } from '#artifact'
import { FileTree, isCode, SluiceError } from '#base'
import type { Terminal } from './terminal.ts'
import { listOption } from './values.ts'

/** The flags by which a command names the files of an artifact. */
export interface SourceFlags {
  path?: string
  ignorePaths?: string[]
  addIgnorePaths?: string[]
  resolveSymlinks?: boolean
}

// Always the same, so that the same input is the same artifact.
const stdinName = 'stdin.yaml'

/** Adds the flags of {@link SourceFlags} but `--path`, whose short form differs between commands. */
export function addSourceFlags(command: Command): Command {
  return command
    .addOption(
      listOption(
        '--ignore-paths <patterns>',
        'paths to leave out in gitignore syntax, instead of the default list',
      ),
    )
    .addOption(listOption('--add-ignore-paths <patterns>', 'further paths to leave out'))
    .option(
      '--resolve-symlinks',
      'take what symbolic links inside the folder point at; links are left out otherwise',
    )
}

/** Reads and packs what the flags name; `-` is standard input. Throws `PATH_NOT_FOUND`, `STDIN_EMPTY` and what reading throws. */
export async function packSource(flags: SourceFlags, terminal: Terminal): Promise<Layer> {
  const { pack } = await import('#artifact')
  return pack(await readSource(flags, terminal))
}

/** The files that the flags name, as a tree. */
export async function readSource(flags: SourceFlags, terminal: Terminal): Promise<FileTree> {
  const { path = '' } = flags
  if (path === '-') return readStdin(terminal)
  const { defaultIgnorePaths, parseIgnore, readTree } = await import('#artifact')
  const lines = [...(flags.ignorePaths ?? defaultIgnorePaths), ...(flags.addIgnorePaths ?? [])]
  return readTree(path, {
    ignore: parseIgnore(lines),
    ...(flags.resolveSymlinks ? { resolveSymlinks: true } : {}),
  })
}

/** Throws `PATH_MISSING` unless `--path` was given. */
export function checkPathFlag({ path }: SourceFlags): void {
  if (!path) throw new SluiceError('PATH_MISSING', `invalid path "${path ?? ''}"`)
}

async function readStdin(terminal: Terminal): Promise<FileTree> {
  const bytes = await terminal.readStdin()
  let end = bytes.byteLength
  while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end--
  if (end === 0) throw new SluiceError('STDIN_EMPTY', 'stdin was empty')
  return new FileTree([[stdinName, { mode: 0o600, data: bytes.subarray(0, end) }]], [['.', 0o700]])
}

/** Writes a pulled layer below `dir`: its files, or the layer itself under its title when it is no archive. */
export async function writeLayer(
  dir: string,
  pulled: {
    layer: { annotations?: Readonly<Record<string, string>>; digest: string }
    open(): AsyncIterable<Uint8Array>
  },
): Promise<string> {
  const { unpack, writeTree } = await import('#artifact')
  try {
    await writeTree(dir, await unpack(pulled.open()))
    return dir
  } catch (error) {
    if (!isCode(error, 'LAYER_NOT_GZIP')) throw error
  }
  const { limits, readAll } = await import('#base')
  const name =
    pulled.layer.annotations?.['org.opencontainers.image.title'] ??
    pulled.layer.digest.slice('sha256:'.length)
  const data = await readAll(pulled.open(), limits.fileBytes, 'layer')
  await writeTree(dir, new FileTree([[name, { mode: 0o644, data }]]))
  return join(dir, name)
}
