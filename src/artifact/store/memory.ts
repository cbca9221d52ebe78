import { digestOf, limits, readAll } from '#base'
import type { ArtifactFiles } from './files.ts'

/** {@link ArtifactFiles} that are gone with the process. */
export function memoryFiles(): ArtifactFiles {
  const files = new Map<string, { bytes: Uint8Array; modified: number }>()
  const aliases = new Map<string, string>()
  const below = (folder: string): string[] =>
    [...files.keys()].filter((path) => path.startsWith(`${folder}/`))
  return {
    async write(path, content, modified) {
      const bytes = await readAll(content, limits.layerBytes, path)
      files.set(path, { bytes, modified })
      return { size: bytes.byteLength, digest: digestOf(bytes) }
    },
    async alias(path, name) {
      aliases.set(path, path.slice(0, path.lastIndexOf('/') + 1) + name)
    },
    async find(path) {
      const file = files.get(aliases.get(path) ?? path)
      if (!file) return undefined
      const { bytes, modified } = file
      return {
        size: bytes.byteLength,
        modified,
        async *open(range) {
          yield range ? bytes.subarray(range.start, range.end + 1) : bytes
        },
      }
    },
    async list(folder) {
      return below(folder)
        .filter((path) => !path.slice(folder.length + 1).includes('/'))
        .map((path) => ({ name: path.slice(folder.length + 1), modified: files.get(path)?.modified ?? 0 }))
    },
    async removeFile(path) {
      files.delete(path)
    },
    async removeFolder(folder) {
      for (const path of below(folder)) files.delete(path)
      for (const path of aliases.keys()) if (path.startsWith(`${folder}/`)) aliases.delete(path)
    },
  }
}
