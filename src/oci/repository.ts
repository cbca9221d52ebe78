import { type Digest, isCode, isDigest, limits, readAll, SluiceError, tooLarge } from '#base'
import { readBlob } from './blob.ts'
import { checkDigest, checkTarget, mediaTypeOf, mismatch, referrerOf } from './manifest-check.ts'
import { readPages } from './page.ts'
import { formatReference, type Reference, targetOf } from './reference.ts'
import { addFallbackReferrer, listReferrers } from './referrers.ts'
import { type Descriptor, type Index, type Manifest, mediaTypes, parseManifest } from './spec.ts'
import {
  createTransport,
  type RegistryRequest,
  type RegistryResponse,
  type Transport,
  type TransportOptions,
} from './transport.ts'

/** A manifest or index with its exact bytes and the descriptor that they have. */
export interface FetchedManifest {
  descriptor: Descriptor
  bytes: Uint8Array
  manifest: Manifest | Index
}

/** Reads content of one repository. */
export interface ContentReader {
  /** The descriptor behind a tag or digest; `latest` or the reference's own when absent. */
  resolve(target?: string, signal?: AbortSignal): Promise<Descriptor>
  fetchManifest(target?: string, signal?: AbortSignal): Promise<FetchedManifest>
  /** Digest and size are checked while streaming; a wrong one throws before the last bytes are handed out. */
  fetchBlob(descriptor: Descriptor, signal?: AbortSignal): AsyncIterable<Uint8Array>
}

/** Writes content of one repository. */
export interface ContentWriter {
  putBlob(
    descriptor: Descriptor,
    open: () => AsyncIterable<Uint8Array>,
    options?: PutBlobOptions,
  ): Promise<PutBlobResult>
  /** Puts a manifest under a tag or its own digest. */
  putManifest(target: string, bytes: Uint8Array, options?: { signal?: AbortSignal }): Promise<Descriptor>
}

export interface PutBlobOptions {
  /** A repository of the same registry that may have the blob already. */
  mountFrom?: string
  signal?: AbortSignal
}

/** `exists`: it was there; `mounted`: taken over from another repository; `uploaded`: sent. */
export type PutBlobResult = 'exists' | 'mounted' | 'uploaded'

/** One repository of one registry. */
export interface Repository extends ContentReader, ContentWriter {
  readonly reference: Reference
  readonly transport: Transport
  /** All tags, in the registry's order. */
  tags(signal?: AbortSignal): Promise<string[]>
  /** What refers to a manifest: the referrers API, or the fallback tag where the registry has none. */
  referrers(digest: Digest, options?: { artifactType?: string; signal?: AbortSignal }): Promise<Descriptor[]>
  /** Deletes a tag or a manifest. */
  deleteManifest(target: string, signal?: AbortSignal): Promise<void>
}

export type RepositoryOptions = TransportOptions | { transport: Transport }

const accept = [
  mediaTypes.manifest,
  mediaTypes.index,
  mediaTypes.dockerManifest,
  mediaTypes.dockerIndex,
].join(', ')

/** Opens a repository; no request is made before the first question. */
export function openRepository(reference: Reference, options: RepositoryOptions): Repository {
  return new RemoteRepository(
    reference,
    'transport' in options ? options.transport : createTransport(options),
  )
}

class RemoteRepository implements Repository {
  readonly reference: Reference
  readonly transport: Transport

  constructor(reference: Reference, transport: Transport) {
    this.reference = reference
    this.transport = transport
  }

  async resolve(target: string = targetOf(this.reference), signal?: AbortSignal): Promise<Descriptor> {
    checkTarget(target)
    try {
      return await this.#head(target, signal)
    } catch (error) {
      // Some registries refuse HEAD or answer it without the headers; only the answer to GET says why.
      if (signal?.aborted || isCode(error, 'CONNECTION_FAILED')) throw error
      return (await this.fetchManifest(target, signal)).descriptor
    }
  }

  async fetchManifest(
    target: string = targetOf(this.reference),
    signal?: AbortSignal,
  ): Promise<FetchedManifest> {
    checkTarget(target)
    const what = `manifest ${formatReference(this.reference)} (${target})`
    const response = await this.#send(
      {
        method: 'GET',
        path: this.#path(`manifests/${target}`),
        headers: { accept },
        expect: [200],
        missing: 'MANIFEST_UNKNOWN',
      },
      'pull',
      signal,
    )
    const bytes = await readAll(response.body, limits.manifestBytes, what)
    const digest = checkDigest(bytes, target, response.header('docker-content-digest'), what)
    const manifest = parseManifest(bytes, what)
    const mediaType = mediaTypeOf(manifest, response.header('content-type'))
    return { descriptor: { mediaType, size: bytes.byteLength, digest }, bytes, manifest }
  }

  async *fetchBlob(descriptor: Descriptor, signal?: AbortSignal): AsyncIterable<Uint8Array> {
    const what = `blob ${descriptor.digest} of ${formatReference(this.reference)}`
    if (descriptor.size > limits.layerBytes)
      throw tooLarge(what, `${descriptor.size} bytes`, `at most ${limits.layerBytes} bytes`)
    const open = (offset: number): Promise<RegistryResponse> =>
      this.#send(
        {
          method: 'GET',
          path: this.#path(`blobs/${descriptor.digest}`),
          headers: offset > 0 ? { range: `bytes=${offset}-` } : {},
          expect: offset > 0 ? [200, 206] : [200],
          missing: 'BLOB_UNKNOWN',
        },
        'pull',
        signal,
      )
    yield* readBlob(descriptor, open, what)
  }

  async putBlob(
    descriptor: Descriptor,
    open: () => AsyncIterable<Uint8Array>,
    options: PutBlobOptions = {},
  ): Promise<PutBlobResult> {
    const { mountFrom, signal } = options
    if (await this.#hasBlob(descriptor, signal)) return 'exists'
    const location = await this.#startUpload(descriptor, mountFrom, signal)
    if (location === undefined) return 'mounted'
    try {
      await this.#upload(descriptor, location, open, signal)
    } catch (error) {
      if (!(error instanceof SluiceError) || !error.retryable || signal?.aborted) throw error
      // The session may be gone or half-filled, so a second attempt starts a new one.
      await this.transport.clock.sleep(error.retryAfter ?? 1000, signal)
      const again = await this.#startUpload(descriptor, undefined, signal)
      if (again !== undefined) await this.#upload(descriptor, again, open, signal)
    }
    return 'uploaded'
  }

  async putManifest(
    target: string,
    bytes: Uint8Array,
    options: { signal?: AbortSignal } = {},
  ): Promise<Descriptor> {
    checkTarget(target)
    const what = `manifest ${formatReference(this.reference)} (${target})`
    if (bytes.byteLength > limits.manifestBytes)
      throw tooLarge(what, `${bytes.byteLength} bytes`, `at most ${limits.manifestBytes} bytes`)
    const digest = checkDigest(bytes, target, undefined, what)
    const manifest = parseManifest(bytes, what)
    const mediaType = mediaTypeOf(manifest, undefined)
    const response = await this.#send(
      {
        method: 'PUT',
        path: this.#path(`manifests/${target}`),
        headers: { 'content-type': mediaType },
        body: bytes,
        expect: [200, 201, 202],
      },
      'pull,push',
      options.signal,
    )
    await response.cancel()
    const stored = response.header('docker-content-digest')
    if (stored?.startsWith(`${digest.split(':')[0]}:`) && stored !== digest)
      throw mismatch(what, `the registry stored ${stored}`, digest)
    const descriptor = { mediaType, size: bytes.byteLength, digest }
    // A registry that knows the referrers API says so here; for the others the client keeps the index (distribution-spec,
    // "Pushing Manifests with Subject").
    if (manifest.subject && response.header('oci-subject') === undefined)
      await addFallbackReferrer(
        this,
        manifest.subject.digest,
        referrerOf(descriptor, manifest),
        options.signal,
      )
    return descriptor
  }

  tags(signal?: AbortSignal): Promise<string[]> {
    const what = `tags of ${formatReference(this.reference)}`
    const send = (path: string): Promise<RegistryResponse> =>
      this.#send({ method: 'GET', path, expect: [200], missing: 'NAME_UNKNOWN' }, 'pull', signal)
    return readPages(this.#path('tags/list?n=1000'), what, send, ({ tags }) => {
      // A repository that holds no tag is listed as null by some registries.
      if (tags === null || tags === undefined) return []
      if (Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')) return tags
      throw new SluiceError(
        'LISTING_INVALID',
        `Cannot read ${what}: found other things, wanted a list of texts`,
      )
    })
  }

  referrers(
    digest: Digest,
    options: { artifactType?: string; signal?: AbortSignal } = {},
  ): Promise<Descriptor[]> {
    return listReferrers(this, digest, options)
  }

  async deleteManifest(target: string, signal?: AbortSignal): Promise<void> {
    checkTarget(target)
    const path = this.#path(`manifests/${target}`)
    const response = await this.#send(
      { method: 'DELETE', path, expect: [200, 202], missing: 'MANIFEST_UNKNOWN' },
      'pull,push,delete',
      signal,
    )
    await response.cancel()
  }

  async #head(target: string, signal?: AbortSignal): Promise<Descriptor> {
    const path = this.#path(`manifests/${target}`)
    const response = await this.#send(
      { method: 'HEAD', path, headers: { accept }, expect: [200], missing: 'MANIFEST_UNKNOWN' },
      'pull',
      signal,
    )
    await response.cancel()
    const digest = response.header('docker-content-digest') ?? ''
    const size = Number(response.header('content-length') ?? Number.NaN)
    const mediaType = response.header('content-type')?.split(';')[0]?.trim()
    const wrong = isDigest(target) && digest !== target
    if (!isDigest(digest) || !Number.isSafeInteger(size) || !mediaType || wrong)
      throw new SluiceError(
        'MANIFEST_INVALID',
        `Cannot resolve ${target}: the answer to HEAD lacks its headers`,
      )
    return { mediaType, size, digest }
  }

  async #hasBlob(descriptor: Descriptor, signal?: AbortSignal): Promise<boolean> {
    const path = this.#path(`blobs/${descriptor.digest}`)
    const response = await this.#send({ method: 'HEAD', path, expect: [200, 404] }, 'pull,push', signal)
    await response.cancel()
    return response.status === 200
  }

  /** The address to upload to; undefined when the registry took the blob from `mountFrom`. */
  async #startUpload(
    { digest }: Descriptor,
    mountFrom: string | undefined,
    signal?: AbortSignal,
  ): Promise<string | undefined> {
    const query =
      mountFrom === undefined ? '' : `?${new URLSearchParams({ mount: digest, from: mountFrom }).toString()}`
    const extra = mountFrom === undefined ? [] : [`repository:${mountFrom}:pull`]
    const response = await this.#send(
      {
        method: 'POST',
        path: this.#path(`blobs/uploads/${query}`),
        headers: { 'content-length': '0' },
        expect: [201, 202],
        scopes: [`repository:${this.reference.repository}:pull,push`, ...extra],
      },
      'pull,push',
      signal,
    )
    await response.cancel()
    if (response.status === 201) return undefined
    const location = response.header('location') ?? ''
    if (location === '' || !URL.canParse(location, response.url))
      throw new SluiceError(
        'BLOB_UPLOAD_INVALID',
        `Cannot upload to ${formatReference(this.reference)}: found no Location in the answer, wanted a URL`,
      )
    return new URL(location, response.url).href
  }

  async #upload(
    descriptor: Descriptor,
    location: string,
    open: () => AsyncIterable<Uint8Array>,
    signal?: AbortSignal,
  ): Promise<void> {
    const url = new URL(location)
    url.searchParams.set('digest', descriptor.digest)
    const response = await this.#send(
      {
        method: 'PUT',
        path: url.href,
        headers: {
          'content-type': 'application/octet-stream',
          'content-length': String(descriptor.size),
        },
        body: open,
        expect: [201],
        retry: false,
      },
      'pull,push',
      signal,
    )
    await response.cancel()
  }

  #path(rest: string): string {
    return `/v2/${this.reference.repository}/${rest}`
  }

  #send(
    request: Omit<RegistryRequest, 'registry' | 'repository' | 'scopes'> & { scopes?: readonly string[] },
    actions: string,
    signal?: AbortSignal,
  ): Promise<RegistryResponse> {
    const { registry, repository } = this.reference
    return this.transport.send({
      registry,
      repository,
      scopes: [`repository:${repository}:${actions}`],
      ...request,
      ...(signal ? { signal } : {}),
    })
  }
}
