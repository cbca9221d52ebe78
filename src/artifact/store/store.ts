import {
  type Clock,
  createDigester,
  type Digest,
  type FileTree,
  formatTime,
  SluiceError,
  systemClock,
} from '#base'
import { checked } from '../checked.ts'
import { unpack } from '../unpack.ts'
import { diskFiles } from './disk.ts'
import type { ArtifactFiles, StoredFile } from './files.ts'
import { memoryFiles } from './memory.ts'

/** Whose artifact it is. */
export interface ArtifactOwner {
  kind: string
  namespace: string
  name: string
}

/** A stored artifact, in the fields of Flux's `status.artifact`. */
export interface StoredArtifact {
  /** Relative to the store's root. */
  path: string
  url: string
  revision: string
  digest: Digest
  /** RFC 3339. */
  lastUpdateTime: string
  /** Bytes. */
  size: number
  metadata?: Record<string, string>
}

/** What {@link ArtifactStore.save} needs to know. */
export interface SaveRequest {
  revision: string
  /** `sha256:<hex>.tar.gz` for OCI. */
  fileName: string
  content: AsyncIterable<Uint8Array> | Uint8Array
  metadata?: Record<string, string>
}

export interface CollectOptions {
  /** Files older than this go, in milliseconds. */
  ttl?: number
  /** So many of the younger ones stay, the current one not counted. */
  records?: number
}

/** Where controllers keep the artifacts of their sources, and from where they are served. */
export interface ArtifactStore {
  /** Stores content as the owner's current artifact; the file appears whole, the one before stays until collected. */
  save(owner: ArtifactOwner, request: SaveRequest): Promise<StoredArtifact>
  /** Whether the file is there and still has its digest. A file that did not change is hashed once. */
  verify(artifact: { path: string; digest?: string }): Promise<boolean>
  /** The artifact as a tree; throws `ARTIFACT_MISSING` and `DIGEST_MISMATCH`. */
  openTree(artifact: { path: string; digest?: string }): Promise<FileTree>
  /** The address of a stored file under the host name that is advertised now. */
  urlOf(path: string): string
  /** The address that always leads to the owner's current artifact. */
  latestUrl(owner: ArtifactOwner): string
  /** Removes old files of an owner except the one at path `keep`; gives the removed paths. */
  collect(owner: ArtifactOwner, keep: string, options?: CollectOptions): Promise<string[]>
  /** Removes everything of an owner. */
  remove(owner: ArtifactOwner): Promise<void>
  /** For the server: the file at a path, with its digest. */
  find(path: string): Promise<(StoredFile & { digest: Digest }) | undefined>
}

export interface ArtifactStoreOptions {
  /** The root folder; in memory when absent. */
  dir?: string
  /** `host:port` that consumers reach the server under. */
  advertise: string | (() => string)
  clock?: Clock
}

const latest = 'latest.tar.gz'

/** Opens an artifact store with the layout of Flux's: `<kind>/<namespace>/<name>/<file>`. */
export function openArtifactStore(options: ArtifactStoreOptions): ArtifactStore {
  return new Store(options)
}

class Store implements ArtifactStore {
  readonly #files: ArtifactFiles
  readonly #advertise: () => string
  readonly #clock: Clock
  readonly #digests = new Map<string, { stamp: string; digest: Digest }>()

  constructor({ dir, advertise, clock = systemClock }: ArtifactStoreOptions) {
    this.#files = dir === undefined ? memoryFiles() : diskFiles(dir)
    this.#advertise = typeof advertise === 'string' ? () => advertise : advertise
    this.#clock = clock
  }

  async save(owner: ArtifactOwner, request: SaveRequest): Promise<StoredArtifact> {
    const { revision, fileName, content, metadata } = request
    const folder = folderOf(owner)
    const path = `${folder}/${checkPart(fileName)}`
    const now = this.#clock.now()
    const chunks = content instanceof Uint8Array ? once(content) : content
    const { size, digest } = await this.#files.write(path, chunks, now)
    for (const changed of [path, `${folder}/${latest}`]) this.#digests.delete(changed)
    await this.#files.alias(`${folder}/${latest}`, fileName)
    const artifact = { path, url: this.urlOf(path), revision, digest, lastUpdateTime: formatTime(now), size }
    return metadata && Object.keys(metadata).length > 0 ? { ...artifact, metadata } : artifact
  }

  async verify(artifact: { path: string; digest?: string }): Promise<boolean> {
    return (await this.find(artifact.path))?.digest === artifact.digest
  }

  async openTree(artifact: { path: string; digest?: string }): Promise<FileTree> {
    const { path, digest } = artifact
    const file = isSafePath(path) ? await this.#files.find(path) : undefined
    if (!file)
      throw new SluiceError('ARTIFACT_MISSING', `Cannot open ${path}: there is no such artifact in the store`)
    return unpack(checked(file.open(), digest, path), { what: path })
  }

  urlOf(path: string): string {
    return `http://${this.#advertise()}/${path}`
  }

  latestUrl(owner: ArtifactOwner): string {
    return this.urlOf(`${folderOf(owner)}/${latest}`)
  }

  async collect(owner: ArtifactOwner, keep: string, options: CollectOptions = {}): Promise<string[]> {
    const { ttl = 60_000, records = 2 } = options
    const folder = folderOf(owner)
    const now = this.#clock.now()
    const others = (await this.#files.list(folder))
      .map(({ name, modified }) => ({ path: `${folder}/${name}`, modified }))
      .filter(({ path }) => path !== keep)
      .sort((a, b) => b.modified - a.modified)
    const old = others.filter(({ modified }, newer) => now - modified > ttl || newer >= records)
    for (const { path } of old) {
      await this.#files.removeFile(path)
      this.#digests.delete(path)
    }
    return old.map(({ path }) => path)
  }

  async remove(owner: ArtifactOwner): Promise<void> {
    const folder = folderOf(owner)
    await this.#files.removeFolder(folder)
    for (const path of this.#digests.keys()) if (path.startsWith(`${folder}/`)) this.#digests.delete(path)
  }

  async find(path: string): Promise<(StoredFile & { digest: Digest }) | undefined> {
    const file = isSafePath(path) ? await this.#files.find(path) : undefined
    if (!file) return undefined
    const stamp = `${file.size} ${file.modified}`
    const known = this.#digests.get(path)
    const digest = known?.stamp === stamp ? known.digest : await digestOfStream(file.open())
    this.#digests.set(path, { stamp, digest })
    return { ...file, digest }
  }
}

function folderOf({ kind, namespace, name }: ArtifactOwner): string {
  return [kind.toLowerCase(), namespace, name].map(checkPart).join('/')
}

function checkPart(part: string): string {
  if (isSafePart(part)) return part
  throw new SluiceError(
    'ARTIFACT_PATH_INVALID',
    `Cannot store an artifact under ${JSON.stringify(part)}: wanted a plain name`,
  )
}

function isSafePath(path: string): boolean {
  return path.split('/').every(isSafePart)
}

function isSafePart(part: string): boolean {
  return part !== '' && part !== '.' && part !== '..' && !/[/\\\0]/.test(part)
}

async function digestOfStream(stream: AsyncIterable<Uint8Array>): Promise<Digest> {
  const digester = createDigester()
  for await (const chunk of stream) digester.update(chunk)
  return digester.digest()
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
