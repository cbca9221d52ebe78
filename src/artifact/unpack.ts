import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { type FileTree, limits, SluiceError, tooLarge } from '#base'
import { archiveInvalid } from './block-reader.ts'
import { type ReadTarOptions, readTar } from './untar.ts'

/**
 * Unpacks a gzipped tar. Throws `LAYER_NOT_GZIP`, `ARCHIVE_INVALID`, `ARCHIVE_REFUSED` or `LIMIT_EXCEEDED` (a bomb too), and
 * whatever the stream throws. The stream is read to its end, so a check of its digest takes place.
 */
export async function unpack(
  stream: AsyncIterable<Uint8Array>,
  options: ReadTarOptions = {},
): Promise<FileTree> {
  const { what = 'layer' } = options
  const source = new Source(stream, what)
  const tree = await readTar(gunzip(source, what), { what })
  if (!source.ended) throw archiveInvalid(what, 'more bytes after the gzip stream', 'its end')
  return tree
}

/** Counts what comes in, checks its first bytes, and knows whether it was read to the end. */
class Source {
  read = 0
  ended = false
  failure: unknown
  readonly #stream: AsyncIterable<Uint8Array>
  readonly #what: string

  constructor(stream: AsyncIterable<Uint8Array>, what: string) {
    this.#stream = stream
    this.#what = what
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    try {
      let head: Uint8Array = new Uint8Array(0)
      for await (const chunk of this.#stream) {
        if (head.byteLength < 2) {
          head = Buffer.concat([head, chunk.subarray(0, 2)])
          this.#checkMagic(head)
        }
        this.read += chunk.byteLength
        if (this.read > limits.layerBytes)
          throw tooLarge(this.#what, `more than ${limits.layerBytes} bytes`, `at most ${limits.layerBytes}`)
        yield chunk
      }
      if (head.byteLength < 2) throw notGzip(this.#what)
      this.ended = true
    } catch (error) {
      this.failure = error
      throw error
    }
  }

  #checkMagic(head: Uint8Array): void {
    if ((head[0] ?? 0x1f) !== 0x1f || (head[1] ?? 0x8b) !== 0x8b) throw notGzip(this.#what)
  }
}

async function* gunzip(source: Source, what: string): AsyncGenerator<Uint8Array> {
  const input = Readable.from(source.chunks(), { objectMode: false })
  const output = createGunzip({ chunkSize: 64 * 1024 })
  input.on('error', (error) => output.destroy(error))
  input.pipe(output)
  let written = 0
  try {
    for await (const chunk of output as AsyncIterable<Uint8Array>) {
      written += chunk.byteLength
      checkExpansion(source.read, written, what)
      yield chunk
    }
  } catch (error) {
    if (source.failure !== undefined) throw source.failure
    const { code = '' } = error as NodeJS.ErrnoException
    if (!code.startsWith('Z_')) throw error
    throw archiveInvalid(what, `broken gzip data (${code})`, 'a whole gzip stream')
  } finally {
    input.destroy()
    output.destroy()
  }
}

function checkExpansion(read: number, written: number, what: string): void {
  // Headers and padding come on top of the files themselves, which have a limit of their own.
  const most = limits.unpackedBytes + limits.archiveEntries * 1024
  if (written > most) throw tooLarge(what, `more than ${most} bytes unpacked`, `at most ${most}`)
  if (written > limits.expansionFloor && written > read * limits.expansionRatio)
    throw tooLarge(
      what,
      `${written} bytes unpacked from ${read}`,
      `at most ${limits.expansionRatio} times as many`,
    )
}

function notGzip(what: string): SluiceError {
  return new SluiceError(
    'LAYER_NOT_GZIP',
    `Cannot unpack ${what}: requires gzip-compressed body, found another format`,
  )
}
