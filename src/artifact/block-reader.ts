import { SluiceError } from '#base'

/** Bytes of a tar block. */
export const blockSize = 512

/** Takes exact numbers of bytes from a stream of chunks of any size. */
export class BlockReader {
  readonly #iterator: AsyncIterator<Uint8Array>
  readonly #what: string
  #chunk: Uint8Array = new Uint8Array(0)

  constructor(stream: AsyncIterable<Uint8Array>, what: string) {
    this.#iterator = stream[Symbol.asyncIterator]()
    this.#what = what
  }

  /** Exactly `count` bytes; undefined when the stream has ended before the first. */
  async take(count: number): Promise<Uint8Array | undefined> {
    if (this.#chunk.byteLength >= count) return this.#cut(count)
    const parts: Uint8Array[] = []
    for (let left = count; left > 0; ) {
      if (this.#chunk.byteLength === 0 && !(await this.#next())) {
        if (parts.length === 0) return undefined
        throw archiveInvalid(this.#what, 'an end in the middle of an entry', 'a whole archive')
      }
      const part = this.#cut(Math.min(left, this.#chunk.byteLength))
      parts.push(part)
      left -= part.byteLength
    }
    return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)
  }

  /** The data of an entry, in memory of its own, and the padding after it. */
  async takeData(size: number): Promise<Uint8Array> {
    if (size === 0) return new Uint8Array(0)
    const data = await this.take(size)
    const gap = (blockSize - (size % blockSize)) % blockSize
    if (!data || (gap > 0 && !(await this.take(gap))))
      throw archiveInvalid(this.#what, 'an end in the middle of an entry', 'a whole archive')
    // A view would keep the whole chunk alive for one small file.
    return Uint8Array.from(data)
  }

  /** Reads on to the stream's end, so that whoever checks it as a whole gets to do so. */
  async drain(): Promise<void> {
    this.#chunk = new Uint8Array(0)
    while (!(await this.#iterator.next()).done);
  }

  /** Lets go of the stream, read or not. */
  async close(): Promise<void> {
    await this.#iterator.return?.()
  }

  async #next(): Promise<boolean> {
    const { value, done } = await this.#iterator.next()
    if (done) return false
    this.#chunk = value
    return true
  }

  #cut(count: number): Uint8Array {
    const part = this.#chunk.subarray(0, count)
    this.#chunk = this.#chunk.subarray(count)
    return part
  }
}

/** The error for what is no archive. */
export function archiveInvalid(what: string, found: string, wanted: string): SluiceError {
  return new SluiceError('ARCHIVE_INVALID', `Cannot unpack ${what}: found ${found}, wanted ${wanted}`)
}
