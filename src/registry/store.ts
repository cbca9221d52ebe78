import type { Digest } from '#base'

/** Small named facts of a repository. Keys and values are short texts. */
export type LinkKind =
  /** Manifest digest → media type. */
  | 'manifests'
  /** Blob digest → empty: the blob may be read through this repository. */
  | 'blobs'
  /** Tag → manifest digest. */
  | 'tags'
  /** `<subject digest>/<manifest digest>` → descriptor as JSON. */
  | 'referrers'
  /** Upload id → empty: the upload belongs to this repository. */
  | 'uploads'

/** Where a registry keeps its content: bytes by digest, uploads under way, and links of repositories to both. */
export interface RegistryStore {
  /** Size in bytes of stored content; undefined when there is none. */
  size(digest: Digest): Promise<number | undefined>
  /** The bytes from `start` up to and including `end`, which both lie within the content. */
  read(digest: Digest, range?: { start: number; end: number }): AsyncIterable<Uint8Array>
  /** Starts an upload and gives its id. */
  startUpload(): Promise<string>
  /** Bytes received so far; undefined when there is no such upload. */
  uploadSize(id: string): Promise<number | undefined>
  /** Adds bytes at the end and gives the new size. A stream that fails leaves what came before the failure. */
  appendUpload(id: string, chunks: AsyncIterable<Uint8Array>): Promise<number>
  /** Turns the upload into content when it has that digest, and says whether it had. The upload is gone either way. */
  finishUpload(id: string, digest: Digest): Promise<boolean>
  cancelUpload(id: string): Promise<void>
  link(repository: string, kind: LinkKind, key: string): Promise<string | undefined>
  setLink(repository: string, kind: LinkKind, key: string, value: string): Promise<void>
  /** Whether there was something to remove. */
  removeLink(repository: string, kind: LinkKind, key: string): Promise<boolean>
  /** All keys of a kind, in no order. */
  links(repository: string, kind: LinkKind): Promise<string[]>
  /** Names of all repositories that have a link, in no order. */
  repositories(): Promise<string[]>
}
