import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { createDigester, type Digest, digestOf, type FileTree } from '#base'
import { type Descriptor, mediaTypes } from '#oci'
import { writeTar } from './tar.ts'

/** Bytes to move, under the digest that they have; they may be opened many times. */
export interface Layer {
  readonly descriptor: Descriptor
  /** Digest of the uncompressed tar (image-spec, config.md, "Layer DiffID"). */
  readonly diffId: Digest
  open(): AsyncIterable<Uint8Array>
}

const pieceSize = 256 * 1024

/** Packs a tree into a Flux layer: the tar that Flux writes, gzipped; the same tree gives the same bytes. */
export async function pack(tree: FileTree): Promise<Layer> {
  const digester = createDigester()
  const bytes = await gzip(digested(writeTar(tree), digester))
  const descriptor = {
    mediaType: mediaTypes.fluxContent,
    size: bytes.byteLength,
    digest: digestOf(bytes),
  }
  return { descriptor, diffId: digester.digest(), open: () => once(bytes) }
}

/** Gzip at the default level with the ten header bytes that Go writes. */
export async function gzip(pieces: Iterable<Uint8Array>): Promise<Uint8Array> {
  const source = Readable.from(inPieces(pieces), { objectMode: false, highWaterMark: pieceSize })
  const zipper = createGzip({ chunkSize: 64 * 1024 })
  source.on('error', (error) => zipper.destroy(error))
  const chunks: Uint8Array[] = []
  for await (const chunk of source.pipe(zipper) as AsyncIterable<Uint8Array>) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  // RFC 1952 §2.3: byte 8 are hints about the compressor, byte 9 the system; Go says 0 and "unknown".
  bytes[8] = 0
  bytes[9] = 255
  return bytes
}

function* digested(
  pieces: Iterable<Uint8Array>,
  digester: { update(bytes: Uint8Array): void },
): Generator<Uint8Array> {
  for (const piece of pieces) {
    digester.update(piece)
    yield piece
  }
}

// Every write to zlib is a trip to another thread, so small pieces are put together.
function* inPieces(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  let held: Uint8Array[] = []
  let size = 0
  for (const piece of pieces) {
    held.push(piece)
    size += piece.byteLength
    if (size < pieceSize) continue
    yield Buffer.concat(held)
    held = []
    size = 0
  }
  if (size > 0) yield Buffer.concat(held)
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
