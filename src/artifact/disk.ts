import { constants, type Stats } from 'node:fs'
import { chmod, lstat, mkdir, open, readdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { FileTree, limits, mapBounded, messageOf, SluiceError, type TreeFile, tooLarge } from '#base'
import { type IgnorePattern, isIgnored } from './ignore.ts'

export interface ReadTreeOptions {
  /** What to leave out; excluded files are not even opened. */
  ignore?: readonly IgnorePattern[]
  /** Take what symbolic links inside the folder point at; they are left out otherwise. */
  resolveSymlinks?: boolean
}

interface Found {
  /** In the tree. */
  path: string
  /** On disk. */
  source: string
  mode: number
  size: number
}

/**
 * Reads a folder, or a single file, into a tree with its permission bits. Links and other special files are left out. A
 * single file becomes a folder of mode 0700 with that file in it, as Flux 2.9 packs it. Throws `PATH_NOT_FOUND`,
 * `PATH_UNREADABLE`, `LINK_OUTSIDE` and `LIMIT_EXCEEDED`.
 */
export async function readTree(path: string, options: ReadTreeOptions = {}): Promise<FileTree> {
  const root = await statPath(path)
  const walk: Walk = { files: [], folders: [], options, entries: 0, size: 0 }
  if (root.isDirectory()) {
    const mode = options.resolveSymlinks ? 0o700 : root.mode & 0o777
    walk.folders.push(['.', mode])
    await walkFolder(walk, path, '.', [await reading(path, () => realpath(path))])
  } else if (root.isFile()) {
    walk.folders.push(['.', 0o700])
    addFile(walk, { path: basename(path), source: path, mode: root.mode & 0o777, size: root.size })
  } else throw notFound(path, 'it is neither')
  const files = await mapBounded(walk.files, 16, async ({ path, source, mode }) => {
    const data = await reading(source, () => readFile(source))
    return [path, { mode, data }] as const
  })
  return new FileTree(files, walk.folders)
}

interface Walk {
  files: Found[]
  folders: [string, number][]
  options: ReadTreeOptions
  entries: number
  size: number
}

async function walkFolder(walk: Walk, source: string, path: string, above: readonly string[]): Promise<void> {
  const { ignore = [], resolveSymlinks } = walk.options
  const names = await reading(source, () => readdir(source))
  for (const name of names.sort()) {
    const from = join(source, name)
    const to = path === '.' ? name : `${path}/${name}`
    const own = await reading(from, () => lstat(from))
    const info = resolveSymlinks && own.isSymbolicLink() ? await followLink(from, above[0] ?? source) : own
    if (++walk.entries > limits.archiveEntries)
      throw tooLarge(source, `more than ${limits.archiveEntries} entries`, `at most ${limits.archiveEntries}`)
    if (info.isFile() && !isIgnored(ignore, to, false))
      addFile(walk, { path: to, source: from, mode: info.mode & 0o777, size: info.size })
    if (!info.isDirectory()) continue
    const real = resolveSymlinks ? await reading(from, () => realpath(from)) : from
    // A link to a folder above would be walked for ever.
    if (above.includes(real)) continue
    if (!isIgnored(ignore, to, true)) walk.folders.push([to, info.mode & 0o777])
    await walkFolder(walk, from, to, [...above, real])
  }
}

// A published tree holds what its folder holds: a link must not carry a file of elsewhere to a registry.
async function followLink(link: string, root: string): Promise<Stats> {
  try {
    const target = await realpath(link)
    if (target === root || target.startsWith(`${root}/`)) return await stat(target)
    throw new SluiceError(
      'LINK_OUTSIDE',
      `Cannot read ${link}: found a link to ${target}, wanted one to inside ${root}`,
    )
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
    throw new SluiceError(
      'PATH_UNREADABLE',
      `Cannot read ${link}: found a link to nothing, wanted one to a file or folder`,
      { cause },
    )
  }
}

function addFile(walk: Walk, file: Found): void {
  if (file.size > limits.fileBytes)
    throw tooLarge(file.source, `${file.size} bytes`, `at most ${limits.fileBytes} bytes`)
  walk.size += file.size
  if (walk.size > limits.unpackedBytes)
    throw tooLarge('the folder', `more than ${limits.unpackedBytes} bytes`, `at most ${limits.unpackedBytes}`)
  walk.files.push(file)
}

/**
 * Writes a tree into folder `dir`, over what is there. Links in the way are refused, never followed. Throws
 * `PATH_UNWRITABLE`; what was written before stays.
 */
export async function writeTree(dir: string, tree: FileTree): Promise<void> {
  const folders = [...tree.directories].filter(([path]) => path !== '.').sort(byPath)
  await writing(dir, () => mkdir(dir, { recursive: true }))
  for (const [path] of folders) await makeFolder(join(dir, path))
  await mapBounded([...tree.files].sort(byPath), 8, ([path, file]) => writeFileOf(join(dir, path), file))
  // Modes come last, and inside out, because a folder may be read-only.
  for (const [path, mode] of folders.reverse())
    await writing(join(dir, path), () => chmod(join(dir, path), mode | 0o700))
}

async function makeFolder(path: string): Promise<void> {
  await writing(path, async () => {
    try {
      await mkdir(path, 0o700)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      if (!(await lstat(path)).isDirectory())
        throw new Error('something that is no folder is in its place', { cause: error })
      await chmod(path, 0o700)
    }
  })
}

async function writeFileOf(path: string, { mode, data }: TreeFile): Promise<void> {
  const { O_CREAT, O_TRUNC, O_WRONLY, O_NOFOLLOW } = constants
  await writing(path, async () => {
    const file = await open(path, O_CREAT | O_TRUNC | O_WRONLY | O_NOFOLLOW, 0o600)
    try {
      await file.writeFile(data)
      await file.chmod(mode)
    } finally {
      await file.close()
    }
  })
}

function byPath(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : 1
}

async function statPath(path: string): Promise<Stats> {
  try {
    return await stat(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw notFound(path, `stat ${path}: no such file or directory`)
    throw unreadable(path, cause)
  }
}

async function reading<T>(path: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (cause) {
    throw cause instanceof SluiceError ? cause : unreadable(path, cause)
  }
}

async function writing<T>(path: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (cause) {
    const found =
      (cause as NodeJS.ErrnoException).code === 'ELOOP' ? 'a link is in its place' : messageOf(cause)
    throw new SluiceError('PATH_UNWRITABLE', `Cannot write ${path}: ${found}`, { cause })
  }
}

function unreadable(path: string, cause: unknown): SluiceError {
  return new SluiceError('PATH_UNREADABLE', `Cannot read ${path}: ${messageOf(cause)}`, { cause })
}

function notFound(path: string, found: string): SluiceError {
  return new SluiceError(
    'PATH_NOT_FOUND',
    `invalid path '${path}', must point to an existing directory or file: ${found}`,
  )
}
