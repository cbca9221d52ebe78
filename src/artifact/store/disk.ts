import { randomUUID } from 'node:crypto'
import { createReadStream, type Stats } from 'node:fs'
import { lstat, mkdir, open, readdir, readlink, rename, rm, symlink, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createDigester, type Digest, limits, messageOf, SluiceError, tooLarge } from '#base'
import type { ArtifactFiles, StoredFile } from './files.ts'

/** {@link ArtifactFiles} in a folder: files 0600, aliases as symbolic links. Throws `STORE_FAILED`. */
export function diskFiles(dir: string): ArtifactFiles {
  const at = (path: string): string => join(dir, path)
  return {
    write: (path, content, modified) => writeWhole(at(path), content, modified),
    alias: (path, name) =>
      doing(`link ${path}`, async () => {
        const temporary = `${at(path)}.${randomUUID()}.tmp`
        await symlink(name, temporary)
        await rename(temporary, at(path))
      }),
    find: (path) => doing(`look at ${path}`, () => findFile(at(path))),
    list: (folder) => doing(`list ${folder}`, () => listFiles(at(folder))),
    removeFile: (path) => doing(`remove ${path}`, () => rm(at(path), { force: true })),
    removeFolder: (path) => doing(`remove ${path}`, () => rm(at(path), { recursive: true, force: true })),
  }
}

async function writeWhole(
  path: string,
  content: AsyncIterable<Uint8Array>,
  modified: number,
): Promise<{ size: number; digest: Digest }> {
  const temporary = `${path}.${randomUUID()}.tmp`
  await doing('create the folder of an artifact', () =>
    mkdir(dirname(path), { recursive: true, mode: 0o700 }),
  )
  const file = await doing('create an artifact', () => open(temporary, 'wx', 0o600))
  const digester = createDigester()
  let size = 0
  try {
    try {
      for await (const chunk of content) {
        size += chunk.byteLength
        if (size > limits.layerBytes)
          throw tooLarge('artifact', `more than ${limits.layerBytes} bytes`, `at most ${limits.layerBytes}`)
        digester.update(chunk)
        await doing('write an artifact', () => file.writeFile(chunk))
      }
      await doing('write an artifact', () => file.datasync())
    } finally {
      await file.close()
    }
    await doing('store an artifact', async () => {
      await utimes(temporary, modified / 1000, modified / 1000)
      await rename(temporary, path)
    })
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  return { size, digest: digester.digest() }
}

async function findFile(path: string): Promise<StoredFile | undefined> {
  const info = await infoOf(path)
  if (info?.isSymbolicLink()) {
    const name = await readlink(path)
    // Our own aliases name a file beside them; anything else could lead out of the root.
    if (name.includes('/') || name === '..' || name === '.') return undefined
    const target = join(dirname(path), name)
    return (await infoOf(target))?.isFile() ? findFile(target) : undefined
  }
  if (!info?.isFile()) return undefined
  return {
    size: info.size,
    modified: info.mtimeMs,
    open: (range) => createReadStream(path, range) as AsyncIterable<Uint8Array>,
  }
}

async function listFiles(folder: string): Promise<{ name: string; modified: number }[]> {
  const names = (await infoOf(folder))?.isDirectory() ? await readdir(folder) : []
  const files: { name: string; modified: number }[] = []
  for (const name of names) {
    const info = await infoOf(join(folder, name))
    if (info?.isFile()) files.push({ name, modified: info.mtimeMs })
  }
  return files
}

async function infoOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return undefined
    throw error
  }
}

async function doing<T>(what: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause
    throw new SluiceError('STORE_FAILED', `Cannot ${what}: ${messageOf(cause)}`, { cause, retryable: true })
  }
}
