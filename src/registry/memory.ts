import { randomUUID } from 'node:crypto'
import { createDigester, type Digest, SluiceError } from '#base'
import type { LinkKind, RegistryStore } from './store.ts'

interface Upload {
  chunks: Uint8Array[]
  size: number
}

/** A {@link RegistryStore} that is gone with the process. */
export function memoryStore(): RegistryStore {
  return new MemoryStore()
}

class MemoryStore implements RegistryStore {
  readonly #content = new Map<Digest, Uint8Array>()
  readonly #uploads = new Map<string, Upload>()
  readonly #repositories = new Map<string, Map<LinkKind, Map<string, string>>>()

  async size(digest: Digest): Promise<number | undefined> {
    return this.#content.get(digest)?.byteLength
  }

  async *read(digest: Digest, range?: { start: number; end: number }): AsyncIterable<Uint8Array> {
    const bytes = this.#content.get(digest)
    if (!bytes) throw new SluiceError('BLOB_UNKNOWN', `Cannot read ${digest}: there is no such content`)
    yield range ? bytes.subarray(range.start, range.end + 1) : bytes
  }

  async startUpload(): Promise<string> {
    const id = randomUUID()
    this.#uploads.set(id, { chunks: [], size: 0 })
    return id
  }

  async uploadSize(id: string): Promise<number | undefined> {
    return this.#uploads.get(id)?.size
  }

  async appendUpload(id: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
    const upload = this.#upload(id)
    for await (const chunk of chunks) {
      // The chunk may be a view of a buffer that its sender uses again.
      upload.chunks.push(Uint8Array.from(chunk))
      upload.size += chunk.byteLength
    }
    return upload.size
  }

  async finishUpload(id: string, digest: Digest): Promise<boolean> {
    const { chunks } = this.#upload(id)
    this.#uploads.delete(id)
    const digester = createDigester(digest.slice(0, digest.indexOf(':')))
    for (const chunk of chunks) digester.update(chunk)
    if (digester.digest() !== digest) return false
    this.#content.set(digest, chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks))
    return true
  }

  async cancelUpload(id: string): Promise<void> {
    this.#uploads.delete(id)
  }

  async link(repository: string, kind: LinkKind, key: string): Promise<string | undefined> {
    return this.#repositories.get(repository)?.get(kind)?.get(key)
  }

  async setLink(repository: string, kind: LinkKind, key: string, value: string): Promise<void> {
    const kinds = this.#repositories.get(repository) ?? new Map<LinkKind, Map<string, string>>()
    const links = kinds.get(kind) ?? new Map<string, string>()
    links.set(key, value)
    kinds.set(kind, links)
    this.#repositories.set(repository, kinds)
  }

  async removeLink(repository: string, kind: LinkKind, key: string): Promise<boolean> {
    return this.#repositories.get(repository)?.get(kind)?.delete(key) ?? false
  }

  async links(repository: string, kind: LinkKind): Promise<string[]> {
    return [...(this.#repositories.get(repository)?.get(kind)?.keys() ?? [])]
  }

  async repositories(): Promise<string[]> {
    const used = [...this.#repositories].filter(([, kinds]) =>
      [...kinds.values()].some(({ size }) => size > 0),
    )
    return used.map(([name]) => name)
  }

  #upload(id: string): Upload {
    const upload = this.#uploads.get(id)
    if (!upload)
      throw new SluiceError('BLOB_UPLOAD_UNKNOWN', `Cannot continue upload ${id}: there is no such upload`)
    return upload
  }
}
