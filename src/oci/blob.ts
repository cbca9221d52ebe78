import { createDigester, isCode, SluiceError } from '#base'
import type { Descriptor } from './spec.ts'
import type { RegistryResponse } from './transport.ts'

const resumes = 3

/**
 * The bytes of a blob, checked: one chunk is always held back until digest and size of the whole are known to be right.
 * A broken connection is resumed by range. Throws `DIGEST_MISMATCH` and `SIZE_MISMATCH`.
 */
export async function* readBlob(
  { digest, size }: Descriptor,
  open: (offset: number) => Promise<RegistryResponse>,
  what: string,
): AsyncGenerator<Uint8Array> {
  const digester = createDigester(digest.slice(0, digest.indexOf(':')))
  let received = 0
  let held: Uint8Array | undefined
  for (let attempt = 0; ; attempt++) {
    try {
      for await (const chunk of chunksFrom(await open(received), received, size, what)) {
        received += chunk.byteLength
        if (received > size) throw sizeMismatch(what, `more than ${size} bytes`, size)
        digester.update(chunk)
        if (held) yield held
        held = chunk
      }
      if (received === size) break
      throw cutShort(what, received, size)
    } catch (error) {
      if (attempt >= resumes || !isCode(error, 'CONNECTION_FAILED', 'SIZE_MISMATCH') || !error.retryable)
        throw error
    }
  }
  const actual = digester.digest()
  if (actual !== digest)
    throw new SluiceError('DIGEST_MISMATCH', `Cannot read ${what}: found ${actual}, wanted ${digest}`)
  if (held) yield held
}

async function* chunksFrom(
  response: RegistryResponse,
  offset: number,
  size: number,
  what: string,
): AsyncGenerator<Uint8Array> {
  let skip = offset
  const announced = Number(response.header('content-length') ?? Number.NaN)
  if (response.status === 206) {
    const start = /^bytes (\d+)-/.exec(response.header('content-range') ?? '')?.[1]
    if (Number(start) !== offset) {
      await response.cancel()
      throw sizeMismatch(what, `a part that starts at ${start ?? 'nowhere'}`, size)
    }
    skip = 0
  } else if (announced !== size && !Number.isNaN(announced)) {
    await response.cancel()
    throw sizeMismatch(what, `${announced} bytes announced`, size)
  }
  for await (const chunk of response.body) {
    const rest = chunk.subarray(Math.min(skip, chunk.byteLength))
    skip -= chunk.byteLength - rest.byteLength
    if (rest.byteLength > 0) yield rest
  }
}

function cutShort(what: string, received: number, size: number): SluiceError {
  return new SluiceError('SIZE_MISMATCH', `Cannot read ${what}: found ${received} bytes, wanted ${size}`, {
    retryable: true,
  })
}

function sizeMismatch(what: string, found: string, size: number): SluiceError {
  return new SluiceError('SIZE_MISMATCH', `Cannot read ${what}: found ${found}, wanted ${size} bytes`)
}
