import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createDigester, type Digest, messageOf, SluiceError } from '#base'
import type { LinkKind, RegistryStore } from './store.ts'

/**
 * A {@link RegistryStore} in a folder, which survives a restart: content in `blobs/<algorithm>/<xx>/<hex>`, uploads in
 * `uploads/<id>`, links in `repositories/<name>/_<kind>/<key>`. Every file appears whole, by renaming. Its functions throw
 * `STORE_FAILED` when the disk does not do as asked.
 */
export function diskStore(dir: string): RegistryStore {
  return new DiskStore(dir)
}

class DiskStore implements RegistryStore {
  readonly #dir: string

  constructor(dir: string) {
    this.#dir = dir
  }

  size(digest: Digest): Promise<number | undefined> {
    return sizeOf(this.#contentPath(digest))
  }

  async *read(digest: Digest, range?: { start: number; end: number }): AsyncIterable<Uint8Array> {
    yield* createReadStream(this.#contentPath(digest), range) as AsyncIterable<Uint8Array>
  }

  async startUpload(): Promise<string> {
    const id = randomUUID()
    const path = this.#uploadPath(id)
    await doing(`start upload ${id}`, async () => {
      await mkdir(dirname(path), { recursive: true })
      await (await open(path, 'wx', 0o600)).close()
    })
    return id
  }

  uploadSize(id: string): Promise<number | undefined> {
    return sizeOf(this.#uploadPath(id))
  }

  async appendUpload(id: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
    const file = await doing(`continue upload ${id}`, () => open(this.#uploadPath(id), 'r+'))
    try {
      let { size } = await file.stat()
      for await (const chunk of chunks) {
        await doing(`continue upload ${id}`, () => file.write(chunk, 0, chunk.byteLength, size))
        size += chunk.byteLength
      }
      await file.datasync()
      return size
    } finally {
      await file.close()
    }
  }

  async finishUpload(id: string, digest: Digest): Promise<boolean> {
    const upload = this.#uploadPath(id)
    const digester = createDigester(digest.slice(0, digest.indexOf(':')))
    for await (const chunk of createReadStream(upload) as AsyncIterable<Uint8Array>) digester.update(chunk)
    const target = this.#contentPath(digest)
    if (digester.digest() !== digest) {
      await rm(upload, { force: true })
      return false
    }
    await doing(`store ${digest}`, async () => {
      await mkdir(dirname(target), { recursive: true })
      await rename(upload, target)
    })
    return true
  }

  async cancelUpload(id: string): Promise<void> {
    await rm(this.#uploadPath(id), { force: true })
  }

  async link(repository: string, kind: LinkKind, key: string): Promise<string | undefined> {
    try {
      return await readFile(this.#linkPath(repository, kind, key), 'utf8')
    } catch (error) {
      if (isMissing(error)) return undefined
      throw failed(`read ${kind} of ${repository}`, error)
    }
  }

  async setLink(repository: string, kind: LinkKind, key: string, value: string): Promise<void> {
    const path = this.#linkPath(repository, kind, key)
    const temporary = join(this.#dir, 'uploads', `${randomUUID()}.link`)
    await doing(`store ${kind} of ${repository}`, async () => {
      await mkdir(dirname(path), { recursive: true })
      await mkdir(dirname(temporary), { recursive: true })
      const file = await open(temporary, 'wx', 0o600)
      try {
        await file.writeFile(value)
        await file.datasync()
      } finally {
        await file.close()
      }
      await rename(temporary, path)
    })
  }

  async removeLink(repository: string, kind: LinkKind, key: string): Promise<boolean> {
    try {
      await rm(this.#linkPath(repository, kind, key))
      return true
    } catch (error) {
      if (isMissing(error)) return false
      throw failed(`remove ${kind} of ${repository}`, error)
    }
  }

  async links(repository: string, kind: LinkKind): Promise<string[]> {
    const names = await namesIn(join(this.#dir, 'repositories', repository, `_${kind}`))
    return names.map((name) => decodeURIComponent(name))
  }

  async repositories(): Promise<string[]> {
    const found: string[] = []
    const walk = async (path: string): Promise<void> => {
      const names = await namesIn(join(this.#dir, 'repositories', path))
      const kinds = names.filter((name) => name.startsWith('_'))
      for (const kind of kinds) {
        if ((await namesIn(join(this.#dir, 'repositories', path, kind))).length === 0) continue
        found.push(path)
        break
      }
      // Parts of repository names never start with "_", so nothing else does.
      for (const name of names) if (!name.startsWith('_')) await walk(path === '' ? name : `${path}/${name}`)
    }
    await walk('')
    return found
  }

  #contentPath(digest: Digest): string {
    const [algorithm = '', hex = ''] = digest.split(':')
    return join(this.#dir, 'blobs', algorithm, hex.slice(0, 2), hex)
  }

  #uploadPath(id: string): string {
    if (!/^[0-9a-f-]{36}$/.test(id))
      throw new SluiceError('BLOB_UPLOAD_UNKNOWN', `Cannot continue upload ${id}: there is no such upload`)
    return join(this.#dir, 'uploads', id)
  }

  // Keys are encoded because they hold ":" and "/"; "." and ".." cannot be keys, as they are neither tags nor digests.
  #linkPath(repository: string, kind: LinkKind, key: string): string {
    return join(this.#dir, 'repositories', repository, `_${kind}`, encodeURIComponent(key))
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (isMissing(error)) return undefined
    throw failed(`look at ${path}`, error)
  }
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path)
  } catch (error) {
    if (isMissing(error)) return []
    throw failed(`list ${path}`, error)
  }
}

async function doing<T>(what: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (error) {
    throw failed(what, error)
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR'
}

function failed(what: string, cause: unknown): SluiceError {
  return new SluiceError('STORE_FAILED', `Cannot ${what}: ${messageOf(cause)}`, { cause, retryable: true })
}
