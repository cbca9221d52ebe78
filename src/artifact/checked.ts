import { createDigester, SluiceError } from '#base'

/** The same bytes; throws at their end when they do not have the digest. */
export async function* checked(
  stream: AsyncIterable<Uint8Array>,
  digest: string | undefined,
  what: string,
): AsyncGenerator<Uint8Array> {
  const digester = createDigester(digest?.split(':')[0] ?? 'sha256')
  for await (const chunk of stream) {
    digester.update(chunk)
    yield chunk
  }
  const actual = digester.digest()
  if (digest !== undefined && actual !== digest)
    throw new SluiceError('DIGEST_MISMATCH', `Cannot use ${what}: found ${actual}, wanted ${digest}`)
}
