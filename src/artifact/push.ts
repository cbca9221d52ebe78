import type { ContentWriter, Descriptor } from '#oci'
import { type ArtifactMetadata, describeArtifact } from './metadata.ts'
import type { Layer } from './pack.ts'

export interface PushOptions {
  /** Names to give it beside its digest. */
  tags?: readonly string[]
  /** A repository of the same registry that may have the layer already. */
  mountFrom?: string
  signal?: AbortSignal
}

/** Pushes a layer with its metadata as an artifact: blobs, then the manifest by digest, then the tags in order. */
export async function pushArtifact(
  target: ContentWriter,
  layer: Layer,
  metadata: ArtifactMetadata,
  options: PushOptions = {},
): Promise<Descriptor> {
  const { tags = [], signal } = options
  const { config, manifest } = describeArtifact(layer, metadata)
  const each = signal ? { signal } : {}
  const mount = options.mountFrom === undefined ? {} : { mountFrom: options.mountFrom }
  await Promise.all([
    target.putBlob(layer.descriptor, () => layer.open(), { ...each, ...mount }),
    target.putBlob(config.descriptor, () => once(config.bytes), each),
  ])
  await target.putManifest(manifest.descriptor.digest, manifest.bytes, each)
  for (const tag of tags) await target.putManifest(tag, manifest.bytes, each)
  return manifest.descriptor
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
