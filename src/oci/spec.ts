import { type Digest, isDigest, isObject, SluiceError } from '#base'

/** Media types of the OCI image specification, of Docker's older manifests, and of Flux's artifacts. */
export const mediaTypes = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  empty: 'application/vnd.oci.empty.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
  fluxConfig: 'application/vnd.cncf.flux.config.v1+json',
  fluxContent: 'application/vnd.cncf.flux.content.v1.tar+gzip',
  helmChart: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
} as const

/** Content addressed by digest (image-spec, descriptor.md). */
export interface Descriptor {
  mediaType: string
  /** Bytes. */
  size: number
  digest: Digest
  annotations?: Record<string, string>
  artifactType?: string
  platform?: { architecture: string; os: string; variant?: string }
  /** Places where foreign content may be had instead; never followed. */
  urls?: string[]
}

/** An image manifest (image-spec, manifest.md); Docker's schema 2 has the same shape. */
export interface Manifest {
  schemaVersion: 2
  mediaType?: string
  artifactType?: string
  config: Descriptor
  layers: Descriptor[]
  subject?: Descriptor
  annotations?: Record<string, string>
}

/** An image index (image-spec, image-index.md); Docker's manifest list has the same shape. */
export interface Index {
  schemaVersion: 2
  mediaType?: string
  artifactType?: string
  manifests: Descriptor[]
  subject?: Descriptor
  annotations?: Record<string, string>
}

/** Whether a document is an index, judged by what it holds. */
export function isIndex(document: Manifest | Index): document is Index {
  return 'manifests' in document
}

/** Reads a manifest or an index; throws `MANIFEST_INVALID` naming `what` and the field. */
export function parseManifest(bytes: Uint8Array, what: string): Manifest | Index {
  const document = parseJson(bytes, what)
  if (!isObject(document)) throw invalid(what, 'no JSON object', 'a manifest')
  if (document.schemaVersion !== 2)
    throw invalid(what, `schemaVersion ${JSON.stringify(document.schemaVersion)}`, '2')
  checkAnnotations(document.annotations, what)
  if (document.subject !== undefined) checkDescriptor(document.subject, 'subject', what)
  if (Array.isArray(document.manifests)) {
    if (document.layers !== undefined || document.config !== undefined)
      throw invalid(what, 'fields of a manifest and of an index together', 'one of the two')
    for (const [i, entry] of document.manifests.entries()) checkDescriptor(entry, `manifests[${i}]`, what)
    return document as unknown as Index
  }
  checkDescriptor(document.config, 'config', what)
  if (!Array.isArray(document.layers)) throw invalid(what, 'no list of layers', 'layers or manifests')
  for (const [i, entry] of document.layers.entries()) checkDescriptor(entry, `layers[${i}]`, what)
  return document as unknown as Manifest
}

function parseJson(bytes: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown
  } catch (cause) {
    throw new SluiceError('MANIFEST_INVALID', `Cannot read ${what}: found no JSON, wanted a manifest`, {
      cause,
    })
  }
}

function checkDescriptor(value: unknown, field: string, what: string): void {
  if (!isObject(value)) throw invalid(what, `no descriptor in ${field}`, 'mediaType, size and digest')
  if (typeof value.mediaType !== 'string') throw invalid(what, `no mediaType in ${field}`, 'a text')
  if (typeof value.digest !== 'string' || !isDigest(value.digest))
    throw invalid(what, `digest ${JSON.stringify(value.digest)} in ${field}`, 'sha256:<64 hex digits>')
  if (!Number.isSafeInteger(value.size) || Number(value.size) < 0)
    throw invalid(what, `size ${JSON.stringify(value.size)} in ${field}`, 'a number of bytes')
  checkAnnotations(value.annotations, what)
}

function checkAnnotations(value: unknown, what: string): void {
  if (value === undefined || value === null) return
  if (!isObject(value) || Object.values(value).some((text) => typeof text !== 'string'))
    throw invalid(what, 'annotations that are not texts', 'a map of texts')
}

function invalid(what: string, found: string, wanted: string): SluiceError {
  return new SluiceError('MANIFEST_INVALID', `Cannot read ${what}: found ${found}, wanted ${wanted}`)
}
