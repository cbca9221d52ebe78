import { formatDuration } from '#base'
import { badRequest } from '../status-error.ts'
import { bytesOf, integerOf, readFields, textOf, type WireField } from './wire.ts'

/** Reads messages whose JSON is not an object of their fields, by name; undefined stands for no value. */
export const specialMessages: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  'meta.Time': (bytes) => timeOf(bytes, 0),
  'meta.MicroTime': (bytes) => timeOf(bytes, 6),
  'meta.Duration': (bytes) => formatDuration((first(bytes, integerOf) ?? 0) / 1e6),
  'meta.FieldsV1': (bytes) => first(bytes, jsonOf),
  'resource.Quantity': (bytes) => first(bytes, textOf) ?? '0',
  'intstr.IntOrString': intOrString,
  'runtime.RawExtension': (bytes) => first(bytes, jsonOf),
}

function first<T>(bytes: Uint8Array, read: (field: WireField) => T): T | undefined {
  for (const field of readFields(bytes)) if (field.number === 1) return read(field)
  return undefined
}

function jsonOf(field: WireField): unknown {
  const text = textOf(field)
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw badRequest('the body cannot be read: JSON inside of it is not valid')
  }
}

/** Seconds and nanoseconds; Go sends the zero time as an empty message. */
function timeOf(bytes: Uint8Array, decimals: number): string | undefined {
  let [seconds, nanos] = [0, 0]
  for (const field of readFields(bytes)) {
    if (field.number === 1) seconds = integerOf(field)
    if (field.number === 2) nanos = integerOf(field)
  }
  if (seconds === 0 && nanos === 0) return undefined
  const date = new Date(seconds * 1000)
  if (Number.isNaN(date.getTime())) throw badRequest(`the body holds a time out of range: ${seconds} s`)
  const whole = date.toISOString().slice(0, 19)
  const fraction = String(nanos).padStart(9, '0').slice(0, decimals)
  return decimals === 0 ? `${whole}Z` : `${whole}.${fraction}Z`
}

function intOrString(bytes: Uint8Array): number | string {
  let [type, number, text] = [0, 0, '']
  for (const field of readFields(bytes)) {
    if (field.number === 1) type = integerOf(field)
    if (field.number === 2) number = integerOf(field)
    if (field.number === 3) text = Buffer.from(bytesOf(field)).toString()
  }
  return type === 0 ? number : text
}
