import type { Digest } from '#base'

/** A stored file. */
export interface StoredFile {
  /** Bytes. */
  readonly size: number
  /** Milliseconds since the epoch. */
  readonly modified: number
  /** Bytes from `start` up to and including `end`. */
  open(range?: { start: number; end: number }): AsyncIterable<Uint8Array>
}

/** The few operations that an artifact store needs of a disk. Paths are relative and have been checked. */
export interface ArtifactFiles {
  /** Writes a file that appears whole or not at all, and gives its size and SHA-256. */
  write(
    path: string,
    content: AsyncIterable<Uint8Array>,
    modified: number,
  ): Promise<{ size: number; digest: Digest }>
  /** Makes `path` an alias of `name`, a file of the same folder. */
  alias(path: string, name: string): Promise<void>
  /** The regular file at a path, or behind an alias. */
  find(path: string): Promise<StoredFile | undefined>
  /** Regular files of a folder, aliases left out; none when there is no such folder. */
  list(folder: string): Promise<{ name: string; modified: number }[]>
  removeFile(path: string): Promise<void>
  removeFolder(path: string): Promise<void>
}
