/** meta.Artifact of Flux: a stored tree with a revision. */
export interface Artifact {
  /** Relative to the storage root. */
  path: string
  url: string
  /** RFC-0005 of Flux: `<tag>@sha256:<hex>`, or a bare digest. */
  revision: string
  /** Of the stored file. */
  digest?: string
  lastUpdateTime: string
  /** Bytes. */
  size?: number
  /** All annotations of the manifest. */
  metadata?: Record<string, string>
}

/** A reference to an object of the same namespace. */
export interface LocalReference {
  name: string
}
