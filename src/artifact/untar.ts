import { FileTree, joinPath, limits, SluiceError, type TreeFile, tooLarge } from '#base'
import { BlockReader, blockSize, archiveInvalid as invalid } from './block-reader.ts'

export interface ReadTarOptions {
  /** Named in errors. */
  what?: string
}

/**
 * Reads a tar archive (USTAR, PAX, GNU long names) into a tree. Symbolic links are left out; hard links to earlier files
 * become copies. Throws `ARCHIVE_INVALID` for what is no archive, `ARCHIVE_REFUSED` for what would leave the tree or is no
 * file or folder, and `LIMIT_EXCEEDED`. The stream is read to its end.
 */
export async function readTar(
  stream: AsyncIterable<Uint8Array>,
  options: ReadTarOptions = {},
): Promise<FileTree> {
  const { what = 'archive' } = options
  const reader = new BlockReader(stream, what)
  try {
    return await readEntries(reader, what)
  } finally {
    await reader.close()
  }
}

async function readEntries(reader: BlockReader, what: string): Promise<FileTree> {
  const target: Target = { what, files: new Map(), folders: new Map(), size: 0, entries: 0 }
  let extended: Extension = {}
  for (;;) {
    const block = await reader.take(blockSize)
    if (!block || block.every((byte) => byte === 0)) break
    const header = parseHeader(block, what)
    if (++target.entries > limits.archiveEntries)
      throw tooLarge(what, `more than ${limits.archiveEntries} entries`, `at most ${limits.archiveEntries}`)
    const extension = await readExtension(reader, header, what)
    if (extension) {
      extended = { ...extended, ...extension }
      continue
    }
    await readEntry(reader, { ...header, ...definedOnly(extended) }, target)
    extended = {}
  }
  await reader.drain()
  return new FileTree(target.files, withParents(target))
}

interface Header {
  name: string
  mode: number
  size: number
  flag: string
  link: string
}

interface Extension {
  name?: string
  link?: string
  size?: number
}

interface Target {
  what: string
  files: Map<string, TreeFile>
  folders: Map<string, number>
  size: number
  entries: number
}

async function readEntry(reader: BlockReader, header: Header, target: Target): Promise<void> {
  const { what } = target
  // Links and folders have no data, whatever size their header claims.
  const { flag, name, mode } = header
  // Old archives mark folders by a trailing slash only.
  const isFolder = flag === '5' || (flag === '0' && name.endsWith('/'))
  if (flag === '2') return
  if (!isFolder && flag !== '0' && flag !== '1')
    throw refused(what, `${JSON.stringify(name)} of type ${JSON.stringify(flag)}`, 'files and folders only')
  const path = entryPath(name, what)
  if (isFolder) {
    // Without these bits nobody could write what is in the folder.
    target.folders.set(path, mode | 0o700)
    return
  }
  if (path === '.' || target.files.has(path))
    throw refused(what, `${JSON.stringify(name)} ${path === '.' ? 'as a file' : 'twice'}`, 'each file once')
  target.files.set(path, { mode, data: await dataOf(reader, header, target) })
}

async function dataOf(reader: BlockReader, header: Header, target: Target): Promise<Uint8Array> {
  const { what } = target
  if (header.flag === '1') {
    const original = target.files.get(entryPath(header.link, what))
    if (!original)
      throw refused(what, `a hard link to ${JSON.stringify(header.link)}`, 'a link to an earlier file')
    return original.data
  }
  if (header.size > limits.fileBytes)
    throw tooLarge(`${header.name} in ${what}`, `${header.size} bytes`, `at most ${limits.fileBytes} bytes`)
  target.size += header.size
  if (target.size > limits.unpackedBytes)
    throw tooLarge(
      what,
      `more than ${limits.unpackedBytes} bytes of files`,
      `at most ${limits.unpackedBytes}`,
    )
  return reader.takeData(header.size)
}

function entryPath(name: string, what: string): string {
  if (name === '' || name.startsWith('/') || name.includes('\\') || name.includes('\0'))
    throw refused(what, `the name ${shown(name)}`, 'a relative path without backslashes')
  if (name.length * 3 > limits.pathBytes && Buffer.byteLength(name) > limits.pathBytes)
    throw tooLarge(what, `a path of ${Buffer.byteLength(name)} bytes`, `at most ${limits.pathBytes}`)
  const parts = name.split('/')
  if (parts.length > limits.pathDepth)
    throw tooLarge(what, `a path of ${parts.length} parts`, `at most ${limits.pathDepth}`)
  if (parts.includes('..')) throw refused(what, `the name ${shown(name)}`, 'a path without ".."')
  return joinPath('.', name) ?? '.'
}

function shown(name: string): string {
  return JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}…` : name)
}

// Folders that the archive does not name get 0750, as Flux creates them.
function withParents({ files, folders }: Target): Map<string, number> {
  const all = new Map(folders)
  for (const path of [...files.keys(), ...folders.keys()])
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const parent = path.slice(0, at)
      if (!all.has(parent)) all.set(parent, 0o750)
    }
  return all
}

/** PAX and GNU headers, which speak about the entry after them; undefined for entries proper. */
async function readExtension(
  reader: BlockReader,
  { flag, size }: Header,
  what: string,
): Promise<Extension | undefined> {
  if (!['x', 'g', 'L', 'K'].includes(flag)) return undefined
  if (size > limits.manifestBytes)
    throw tooLarge(`a header of ${what}`, `${size} bytes`, `at most ${limits.manifestBytes} bytes`)
  const data = await reader.takeData(size)
  if (flag === 'x') return parsePax(data, what)
  // Global records carry comments in practice (git archive); nothing in them may rename entries.
  if (flag === 'g') return {}
  const text = textOf(data)
  return flag === 'L' ? { name: text } : { link: text }
}

function parsePax(data: Uint8Array, what: string): Extension {
  const extension: Extension = {}
  for (let at = 0; at < data.byteLength; ) {
    const space = data.indexOf(0x20, at)
    const digits = space < 0 ? '' : latin(data.subarray(at, space))
    const end = at + Number(digits)
    if (!/^[1-9][0-9]{0,8}$/.test(digits) || end > data.byteLength || data[end - 1] !== 0x0a || end <= space)
      throw invalid(what, 'a broken PAX record', 'length, key and value')
    const record = new TextDecoder().decode(data.subarray(space + 1, end - 1))
    const equals = record.indexOf('=')
    applyPax(extension, record.slice(0, equals), record.slice(equals + 1), what)
    at = end
  }
  return extension
}

function applyPax(extension: Extension, key: string, value: string, what: string): void {
  if (key === 'path') extension.name = value
  else if (key === 'linkpath') extension.link = value
  else if (key === 'size') {
    if (!/^[0-9]{1,15}$/.test(value)) throw invalid(what, 'a PAX size that is no number', 'bytes')
    extension.size = Number(value)
  } else if (key.startsWith('GNU.sparse.')) throw refused(what, 'a sparse file', 'whole files')
}

function parseHeader(block: Uint8Array, what: string): Header {
  const stored = number(block, 148, 156, what)
  let sum = 8 * 0x20
  for (let i = 0; i < blockSize; i++) sum += block[i] ?? 0
  for (let i = 148; i < 156; i++) sum -= block[i] ?? 0
  if (sum !== stored) throw invalid(what, 'a header with a wrong checksum', 'a tar archive')
  const flag = String.fromCharCode(block[156] ?? 0)
  const name = textOf(block.subarray(0, 100))
  // Only POSIX archives have a prefix; GNU's magic ends in spaces and has other fields there.
  const hasPrefix = block[345] !== 0 && latin(block.subarray(257, 263)) === 'ustar\0'
  return {
    name: hasPrefix ? `${textOf(block.subarray(345, 500))}/${name}` : name,
    mode: number(block, 100, 108, what) & 0o777,
    size: number(block, 124, 136, what),
    flag: flag === '\0' || flag === '7' ? '0' : flag,
    link: block[157] === 0 ? '' : textOf(block.subarray(157, 257)),
  }
}

/** A number field: octal text between spaces and NULs, or binary when its first bit is set (GNU). */
function number(block: Uint8Array, start: number, end: number, what: string): number {
  const first = block[start] ?? 0
  if (first & 0x80) return binary(block.subarray(start, end), what)
  let at = start
  while (at < end && isBlank(block[at])) at++
  let value = 0
  for (; at < end && !isBlank(block[at]); at++) {
    const digit = (block[at] ?? 0) - 0x30
    if (digit < 0 || digit > 7) throw invalid(what, 'a number that is not octal', 'a tar archive')
    value = value * 8 + digit
  }
  while (at < end && isBlank(block[at])) at++
  if (at < end) throw invalid(what, 'a number that is not octal', 'a tar archive')
  return value
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0 || byte === 0x20
}

function binary(field: Uint8Array, what: string): number {
  const first = field[0] ?? 0
  let value = first & 0x3f
  for (const byte of field.subarray(1)) value = value * 256 + byte
  if (first & 0x40 || !Number.isSafeInteger(value)) throw invalid(what, 'a number out of range', 'less')
  return value
}

function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return Buffer.from(bytes.buffer, bytes.byteOffset, end < 0 ? bytes.byteLength : end).toString('utf8')
}

function latin(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

function definedOnly({ name, link, size }: Extension): Partial<Header> {
  return {
    ...(name === undefined ? {} : { name }),
    ...(link === undefined ? {} : { link }),
    ...(size === undefined ? {} : { size }),
  }
}

function refused(what: string, found: string, wanted: string): SluiceError {
  return new SluiceError('ARCHIVE_REFUSED', `Cannot unpack ${what}: found ${found}, wanted ${wanted}`)
}
