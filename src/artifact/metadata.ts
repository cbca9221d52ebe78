import { digestOf, SluiceError } from '#base'
import { type Descriptor, type Manifest, mediaTypes } from '#oci'
import type { Layer } from './pack.ts'

/** Annotations of OCI image-spec, annotations.md, that Flux writes and reads. */
export const annotationNames = {
  created: 'org.opencontainers.image.created',
  source: 'org.opencontainers.image.source',
  revision: 'org.opencontainers.image.revision',
} as const

/** What an artifact says about itself. */
export interface ArtifactMetadata {
  /** URL of where the content came from. */
  source?: string
  /** `<branch|tag>@sha1:<commit>` by convention. */
  revision?: string
  /** RFC 3339; the Unix epoch in UTC when absent, which makes the artifact reproducible. */
  created?: string
  /** May override the three above. */
  annotations?: Readonly<Record<string, string>>
}

const epoch = '1970-01-01T00:00:00Z'

/** Small content with its descriptor: a manifest or a config. */
export interface Document {
  descriptor: Descriptor
  bytes: Uint8Array
}

/** The manifest of one layer and its config, in the bytes that Flux's library intends. Throws `CREATED_INVALID`. */
export function describeArtifact(
  layer: Layer,
  metadata: ArtifactMetadata,
): { config: Document; manifest: Document } {
  const annotations = annotationsOf(metadata)
  const created = annotations[annotationNames.created] ?? epoch
  const config = document(mediaTypes.fluxConfig, {
    architecture: '',
    created,
    // Go's zero time: Flux's library sets the config's own time only.
    history: [{ created: '0001-01-01T00:00:00Z' }],
    os: '',
    rootfs: { type: 'layers', diff_ids: [layer.diffId] },
    config: {},
  })
  const body: Manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: ordered(config.descriptor),
    layers: [ordered(layer.descriptor)],
    annotations,
  }
  return { config, manifest: document(mediaTypes.manifest, body) }
}

/** Annotations in the order of their names; `created` must be a time. Throws `CREATED_INVALID`. */
export function annotationsOf(metadata: ArtifactMetadata): Record<string, string> {
  const { source, revision, created = epoch, annotations = {} } = metadata
  const all: Record<string, string> = {
    [annotationNames.created]: created,
    ...(source === undefined ? {} : { [annotationNames.source]: source }),
    ...(revision === undefined ? {} : { [annotationNames.revision]: revision }),
    ...annotations,
  }
  const time = all[annotationNames.created] ?? ''
  if (!isTime(time))
    throw new SluiceError(
      'CREATED_INVALID',
      `Cannot describe the artifact: found ${annotationNames.created} ${JSON.stringify(time)}, wanted RFC 3339`,
    )
  return Object.fromEntries(
    Object.keys(all)
      .sort()
      .map((name) => [name, all[name] ?? '']),
  )
}

function isTime(text: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/.test(text) &&
    !Number.isNaN(Date.parse(text))
  )
}

// Go's struct order, on which the manifest's digest depends.
function ordered({ mediaType, size, digest }: Descriptor): Descriptor {
  return { mediaType, size, digest }
}

function document(mediaType: string, value: unknown): Document {
  const bytes = new TextEncoder().encode(goJson(value))
  return { descriptor: { mediaType, size: bytes.byteLength, digest: digestOf(bytes) }, bytes }
}

// Go's encoder escapes these five, which are common in URLs.
function goJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
