import { SluiceError } from './error.ts'

const KiB = 1024
const MiB = 1024 * KiB
const GiB = 1024 * MiB

type LimitName =
  | 'manifestBytes'
  | 'tokenBytes'
  | 'errorBytes'
  | 'layerBytes'
  | 'unpackedBytes'
  | 'fileBytes'
  | 'archiveEntries'
  | 'pathDepth'
  | 'pathBytes'
  | 'expansionRatio'
  | 'expansionFloor'
  | 'yamlBytes'
  | 'yamlNodes'
  | 'yamlDepth'
  | 'listPages'
  | 'redirects'
  | 'requestBytes'
  | 'connectTimeout'
  | 'headersTimeout'
  | 'idleTimeout'

/** Every default limit on foreign input, in one place. Sizes in bytes, times in milliseconds. */
export const limits: Readonly<Record<LimitName, number>> = {
  manifestBytes: 4 * MiB,
  tokenBytes: 64 * KiB,
  errorBytes: 64 * KiB,
  layerBytes: GiB,
  unpackedBytes: GiB,
  fileBytes: 256 * MiB,
  archiveEntries: 200_000,
  pathDepth: 128,
  pathBytes: 1024,
  expansionRatio: 200,
  /** The ratio is looked at only after this much output: small files compress absurdly well. */
  expansionFloor: 16 * MiB,
  yamlBytes: 10 * MiB,
  yamlNodes: 100_000,
  yamlDepth: 256,
  listPages: 1000,
  redirects: 5,
  requestBytes: 3 * MiB,
  connectTimeout: 10_000,
  headersTimeout: 30_000,
  idleTimeout: 60_000,
}

/** Reads a stream into memory; throws `LIMIT_EXCEEDED` as soon as more than `max` bytes came. */
export async function readAll(
  stream: AsyncIterable<Uint8Array>,
  max: number,
  what: string,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.byteLength
    if (size > max) throw tooLarge(what, `more than ${max} bytes`, `at most ${max} bytes`)
    chunks.push(chunk)
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
}

/** The error for something over a limit. `found` and `wanted` are phrases with units. */
export function tooLarge(what: string, found: string, wanted: string): SluiceError {
  return new SluiceError('LIMIT_EXCEEDED', `Cannot read ${what}: found ${found}, wanted ${wanted}`)
}

/** Runs `task` over `items` with at most `bound` at once; results in order. The first failure stops new starts. */
export async function mapBounded<T, R>(
  items: Iterable<T>,
  bound: number,
  task: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const all = [...items]
  const results: R[] = Array.from({ length: all.length })
  let next = 0
  let failed = false
  const worker = async (): Promise<void> => {
    while (next < all.length && !failed) {
      const index = next++
      try {
        results[index] = await task(all[index] as T, index)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(bound, all.length) }, worker))
  return results
}
