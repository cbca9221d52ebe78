import { SluiceError } from '#base'
import { type ContentReader, type Descriptor, isIndex, type Manifest } from '#oci'

export interface PullOptions {
  /** Takes the first layer of exactly this media type; the first of all when absent. */
  mediaType?: string
  signal?: AbortSignal
}

/** An artifact whose layer is ready to be read. */
export interface PulledArtifact {
  /** What was asked for: the index when it is one. Its digest is the revision. */
  readonly root: Descriptor
  readonly manifest: Manifest
  /** The manifest's own; of an index, the child's. */
  readonly descriptor: Descriptor
  readonly layer: Descriptor
  /** The layer's bytes, checked while they are read. */
  open(): AsyncIterable<Uint8Array>
}

/**
 * Finds an artifact's layer. An index stands for its linux/amd64 manifest. Throws `LAYER_NOT_FOUND` and
 * `PLATFORM_NOT_FOUND`, and what the registry's client throws.
 */
export async function pullArtifact(
  source: ContentReader,
  target?: string,
  options: PullOptions = {},
): Promise<PulledArtifact> {
  const { mediaType, signal } = options
  const root = await source.fetchManifest(target, signal)
  const child = isIndex(root.manifest) ? childOf(root.manifest.manifests) : undefined
  const found = child ? await source.fetchManifest(child.digest, signal) : root
  if (isIndex(found.manifest))
    throw new SluiceError(
      'PLATFORM_NOT_FOUND',
      `Cannot pull ${root.descriptor.digest}: found an index in an index, wanted a manifest`,
    )
  const layer = layerOf(found.manifest, mediaType)
  return {
    root: root.descriptor,
    manifest: found.manifest,
    descriptor: found.descriptor,
    layer,
    open: () => source.fetchBlob(layer, signal),
  }
}

function childOf(manifests: readonly Descriptor[]): Descriptor {
  // A child without a platform is taken as linux/amd64, as Flux's library takes it.
  const child = manifests.find(
    ({ platform }) => !platform || (platform.os === 'linux' && platform.architecture === 'amd64'),
  )
  if (child) return child
  throw new SluiceError(
    'PLATFORM_NOT_FOUND',
    'Cannot pull from the index: found no child for linux/amd64, wanted one',
  )
}

function layerOf({ layers }: Manifest, mediaType: string | undefined): Descriptor {
  const [first] = layers
  if (!first) throw new SluiceError('LAYER_NOT_FOUND', 'no layers found in artifact')
  const layer =
    mediaType === undefined || mediaType === '' ? first : layers.find((l) => l.mediaType === mediaType)
  if (layer) return layer
  throw new SluiceError(
    'LAYER_NOT_FOUND',
    `failed to find layer with media type '${mediaType}' in artifact`,
    { details: { found: layers.map((l) => l.mediaType) } },
  )
}
