import { createHash, type Hash } from 'node:crypto'

/** `<algorithm>:<lower-case hex>`, e.g. `sha256:9f86…` (OCI image-spec, descriptor.md, "Digests"). */
export type Digest = `${string}:${string}`

const hexLength: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 }

/** Whether `text` is a well-formed digest of an algorithm that we can check. */
export function isDigest(text: string): text is Digest {
  const [algorithm = '', hex = '', rest] = text.split(':')
  return rest === undefined && hex.length === hexLength[algorithm] && /^[0-9a-f]+$/.test(hex)
}

/** The SHA-256 digest of bytes held in memory. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** A running digest of `algorithm` (sha256, sha384 or sha512), for streams. */
export function createDigester(algorithm = 'sha256'): { update(bytes: Uint8Array): void; digest(): Digest } {
  const hash: Hash = createHash(algorithm)
  return { update: (bytes) => void hash.update(bytes), digest: () => `${algorithm}:${hash.digest('hex')}` }
}
