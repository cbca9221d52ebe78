import { type FileTree, SluiceError } from '#base'

const blockSize = 512
const encoder = new TextEncoder()

interface Entry {
  path: string
  mode: number
  /** Absent for folders. */
  data?: Uint8Array
}

/**
 * A tree as a tar archive, byte by byte as Flux writes it (Go's archive/tar): lexical walk from the root entry `.`, folders
 * without trailing slash, all times, owners and groups zero, USTAR headers, and PAX records for names that do not fit.
 */
export function* writeTar(tree: FileTree): Generator<Uint8Array> {
  for (const entry of walk(tree)) {
    yield* headersOf(entry)
    if (!entry.data || entry.data.byteLength === 0) continue
    yield entry.data
    yield new Uint8Array(padding(entry.data.byteLength))
  }
  yield new Uint8Array(2 * blockSize)
}

function walk(tree: FileTree): Entry[] {
  const entries: Entry[] = [
    ...[...tree.directories].map(([path, mode]) => ({ path, mode })),
    ...[...tree.files].map(([path, { mode, data }]) => ({ path, mode, data })),
  ]
  // Within a folder names sort by bytes, and "/" sorts before every other byte: a folder's content follows it at once.
  const keyed = entries.map((entry) => ({
    entry,
    key: entry.path === '.' ? Buffer.alloc(0) : Buffer.from(entry.path.replaceAll('/', '\0')),
  }))
  return keyed.sort((a, b) => a.key.compare(b.key)).map(({ entry }) => entry)
}

function* headersOf({ path, mode, data }: Entry): Generator<Uint8Array> {
  const size = data?.byteLength ?? 0
  const flag = data ? '0' : '5'
  const split = splitName(path)
  if (split) {
    yield header({ ...split, mode, size, flag })
    return
  }
  const records = encoder.encode(paxRecord('path', path))
  const slash = path.lastIndexOf('/') + 1
  const paxName = cut(ascii(`${path.slice(0, slash)}PaxHeaders.0/${path.slice(slash)}`))
  yield header({ name: paxName, prefix: '', mode: 0, size: records.byteLength, flag: 'x' })
  yield records
  yield new Uint8Array(padding(records.byteLength))
  yield header({ name: ascii(path).slice(0, 100), prefix: '', mode, size, flag })
}

interface Header {
  name: string
  prefix: string
  mode: number
  size: number
  flag: string
}

// POSIX.1-1988 ustar: name 0, mode 100, uid 108, gid 116, size 124, mtime 136, checksum 148, type 156, magic 257, prefix 345.
function header({ name, prefix, mode, size, flag }: Header): Uint8Array {
  if (size >= 8 ** 11)
    throw new SluiceError(
      'LIMIT_EXCEEDED',
      `Cannot pack ${name}: found ${size} bytes, wanted less than 8 GiB`,
    )
  const block = new Uint8Array(blockSize)
  const put = (at: number, text: string): void => block.set(encoder.encode(text), at)
  put(0, name)
  put(100, octal(mode, 7))
  put(108, octal(0, 7))
  put(116, octal(0, 7))
  put(124, octal(size, 11))
  put(136, octal(0, 11))
  put(148, '        ')
  put(156, flag)
  put(257, 'ustar\0')
  put(263, '00')
  // Go leaves the device numbers of PAX records empty and writes zeros for files and folders.
  if (flag !== 'x') {
    put(329, octal(0, 7))
    put(337, octal(0, 7))
  }
  put(345, prefix)
  const sum = block.reduce((total, byte) => total + byte, 0)
  put(148, `${octal(sum, 6)}\0 `)
  return block
}

/** Name and prefix of a USTAR header; undefined when the path needs PAX. */
function splitName(path: string): { name: string; prefix: string } | undefined {
  if (!isAscii(path)) return undefined
  if (path.length <= 100) return { name: path, prefix: '' }
  const slash = path.slice(0, 156).lastIndexOf('/')
  const name = path.slice(slash + 1)
  if (slash <= 0 || slash > 155 || name.length > 100 || name === '') return undefined
  return { name, prefix: path.slice(0, slash) }
}

// "<length> <key>=<value>\n", the length counting its own digits.
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  const bytes = encoder.encode(rest).byteLength
  let length = bytes + String(bytes).length
  if (String(length).length !== String(bytes).length) length = bytes + String(length).length
  return `${length}${rest}`
}

function cut(name: string): string {
  return name.slice(0, 100).replace(/\/$/, '')
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 128) return false
  return true
}

function ascii(text: string): string {
  return Array.from(text)
    .filter((character) => isAscii(character))
    .join('')
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0')
}

function padding(size: number): number {
  return (blockSize - (size % blockSize)) % blockSize
}
