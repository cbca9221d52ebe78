import { SluiceError } from './error.ts'

/** One regular file of a {@link FileTree}: its permission bits and its bytes. */
export interface TreeFile {
  /** Permission bits only, e.g. 0o644. */
  readonly mode: number
  readonly data: Uint8Array
}

/**
 * A folder held in memory: named files, and the folders themselves with their permission bits (empty ones matter to an
 * archive's bytes). Paths are relative, `/`-separated, without `.` or `..` and never leave the root: a tree cannot be
 * escaped because there is nothing outside it. The root folder is `.`.
 */
export class FileTree {
  readonly #files: ReadonlyMap<string, TreeFile>
  readonly #directories: ReadonlyMap<string, number>

  constructor(
    files: Iterable<readonly [string, TreeFile]>,
    directories: Iterable<readonly [string, number]> = [],
  ) {
    const folders = new Map<string, number>([['.', 0o755]])
    const named = new Map<string, TreeFile>()
    for (const [path, mode] of directories) folders.set(treePath(path), mode)
    for (const [path, file] of files) named.set(treePath(path), file)
    for (const path of [...named.keys(), ...folders.keys()])
      for (let parent = dirname(path); parent !== '.'; parent = dirname(parent))
        if (!folders.has(parent)) folders.set(parent, 0o755)
    for (const path of named.keys())
      if (folders.has(path)) throw pathError(path, 'it is both a file and a folder')
    this.#files = named
    this.#directories = folders
  }

  /** Files by path. */
  get files(): ReadonlyMap<string, TreeFile> {
    return this.#files
  }

  /** Permission bits of folders by path, the root `.` included. */
  get directories(): ReadonlyMap<string, number> {
    return this.#directories
  }

  /** The file at `path`, or undefined when there is none. */
  file(path: string): TreeFile | undefined {
    return this.#files.get(path)
  }

  /** The file at `path` as UTF-8 text; throws `TREE_FILE_MISSING`. */
  text(path: string): string {
    const file = this.#files.get(path)
    if (!file)
      throw new SluiceError('TREE_FILE_MISSING', `Cannot read ${path}: there is no such file in the tree`)
    return new TextDecoder('utf-8').decode(file.data)
  }

  isDirectory(path: string): boolean {
    return this.#directories.has(path)
  }

  /** Sum of all file sizes, in bytes. */
  get size(): number {
    let size = 0
    for (const file of this.#files.values()) size += file.data.byteLength
    return size
  }

  /** The part below `path` as a tree of its own; undefined when `path` is no folder. */
  subtree(path: string): FileTree | undefined {
    if (path === '.') return this
    const mode = this.#directories.get(path)
    if (mode === undefined) return undefined
    const below = <T>(entries: ReadonlyMap<string, T>): [string, T][] =>
      [...entries]
        .filter(([p]) => p.startsWith(`${path}/`))
        .map(([p, value]) => [p.slice(path.length + 1), value])
    return new FileTree(below(this.#files), [['.', mode], ...below(this.#directories)])
  }
}

/** A tree of text files, all 0644, as tests and generators write it. */
export function treeOf(files: Readonly<Record<string, string>>): FileTree {
  const encoder = new TextEncoder()
  return new FileTree(
    Object.entries(files).map(([path, text]) => [path, { mode: 0o644, data: encoder.encode(text) }]),
  )
}

/** The folder that holds `path`; `.` for a top-level name. */
export function dirname(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '.' : path.slice(0, slash)
}

/** The last name of `path`. */
export function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/**
 * `path` taken relative to folder `base` and cleaned, as a tree path; undefined when it is absolute or leaves the root.
 */
export function joinPath(base: string, path: string): string | undefined {
  if (path.startsWith('/')) return undefined
  const parts: string[] = base === '.' ? [] : base.split('/')
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.length === 0 ? '.' : parts.join('/')
}

function treePath(path: string): string {
  if (path.includes('\0') || path.includes('\\')) throw pathError(path, 'it has a NUL or a backslash')
  const clean = joinPath('.', path)
  if (clean !== path || path === '')
    throw pathError(path, 'it is absolute, leaves the root or is not in its shortest form')
  return clean
}

function pathError(path: string, found: string): SluiceError {
  return new SluiceError(
    'TREE_PATH_INVALID',
    `Cannot put ${JSON.stringify(path)} into a tree: ${found}, wanted a relative path`,
  )
}
