import { badRequest } from '../status-error.ts'

/** One field of a message as it is on the wire. */
export interface WireField {
  number: number
  /** A number for the types varint and 64-bit, bytes for the length-delimited. */
  value: bigint | Uint8Array
  kind: 'varint' | 'fixed64' | 'fixed32' | 'bytes'
}

/** Reads the fields of one message (protobuf.dev, "Encoding"); throws 400 for what is cut off or no message. */
export function* readFields(bytes: Uint8Array): Generator<WireField> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined) throw cutOff()
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asIntN(64, value)
    }
    throw badRequest('the body cannot be read as protobuf: a number is longer than 64 bits')
  }
  const take = (length: number): Uint8Array => {
    if (length < 0 || at + length > bytes.byteLength) throw cutOff()
    at += length
    return bytes.subarray(at - length, at)
  }
  while (at < bytes.byteLength) {
    const tag = Number(varint())
    const number = Math.floor(tag / 8)
    const type = tag & 7
    if (type === 0) yield { number, kind: 'varint', value: varint() }
    else if (type === 1) {
      take(8)
      yield { number, kind: 'fixed64', value: view.getBigUint64(at - 8, true) }
    } else if (type === 5) {
      take(4)
      yield { number, kind: 'fixed32', value: BigInt(view.getUint32(at - 4, true)) }
    } else if (type === 2) yield { number, kind: 'bytes', value: take(Number(varint())) }
    else throw badRequest(`the body cannot be read as protobuf: found wire type ${type}`)
  }
}

function cutOff(): Error {
  return badRequest('the body cannot be read as protobuf: it ends in the middle of a field')
}

/** The bytes of a length-delimited field; throws 400 for any other. */
export function bytesOf({ value, number }: WireField): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw badRequest(`the body cannot be read as protobuf: field ${number} is a number, wanted bytes`)
}

/** The text of a length-delimited field; throws 400. */
export function textOf(field: WireField): string {
  return new TextDecoder().decode(bytesOf(field))
}

/** The value of a numeric field; throws 400. */
export function integerOf({ value, number }: WireField): number {
  if (typeof value === 'bigint') return Number(value)
  throw badRequest(`the body cannot be read as protobuf: field ${number} is bytes, wanted a number`)
}
