import { createDigester, type Digest, isDigest, SluiceError } from '#base'
import { readTag } from './reference.ts'
import { type Descriptor, type Index, isIndex, type Manifest, mediaTypes } from './spec.ts'

/** Refuses what is neither a tag nor a digest; throws `REFERENCE_INVALID`. */
export function checkTarget(target: string): void {
  if (!isDigest(target)) readTag(target)
}

/**
 * The digest that `bytes` have, in the algorithm of `target` when that is a digest. Throws `DIGEST_MISMATCH` when target
 * or the registry's own claim says something else.
 */
export function checkDigest(
  bytes: Uint8Array,
  target: string,
  claimed: string | undefined,
  what: string,
): Digest {
  const asked = isDigest(target) ? target : undefined
  const actual = digestWith(bytes, asked?.split(':')[0] ?? 'sha256')
  if (asked !== undefined && actual !== asked) throw mismatch(what, actual, asked)
  if (claimed !== undefined && isDigest(claimed)) {
    const own = digestWith(bytes, claimed.split(':')[0] ?? 'sha256')
    if (own !== claimed) throw mismatch(what, own, claimed)
  }
  return actual
}

/** The media type: the document's own, else the header's, else what its shape says. */
export function mediaTypeOf(manifest: Manifest | Index, header: string | undefined): string {
  const announced = header?.split(';')[0]?.trim()
  const generic = announced === undefined || announced === '' || announced === 'application/json'
  return manifest.mediaType ?? (generic ? byShape(manifest) : announced)
}

/** The descriptor under which a manifest is listed as a referrer (distribution-spec, "Listing Referrers"). */
export function referrerOf(descriptor: Descriptor, manifest: Manifest | Index): Descriptor {
  const config = isIndex(manifest) ? undefined : manifest.config.mediaType
  const artifactType = manifest.artifactType ?? config
  return {
    ...descriptor,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(manifest.annotations ? { annotations: manifest.annotations } : {}),
  }
}

/** The error for content that is not what its digest says. */
export function mismatch(what: string, found: string, wanted: string): SluiceError {
  return new SluiceError('DIGEST_MISMATCH', `Cannot use ${what}: found ${found}, wanted ${wanted}`)
}

function byShape(manifest: Manifest | Index): string {
  return isIndex(manifest) ? mediaTypes.index : mediaTypes.manifest
}

function digestWith(bytes: Uint8Array, algorithm: string): Digest {
  const digester = createDigester(algorithm)
  digester.update(bytes)
  return digester.digest()
}
