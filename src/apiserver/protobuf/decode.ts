import { setOwn } from '#base'
import { badRequest, unsupportedMediaType } from '../status-error.ts'
import { messagesText } from './messages.gen.ts'
import { specialMessages } from './special.ts'
import { bytesOf, integerOf, readFields, textOf, type WireField } from './wire.ts'

interface Field {
  /** Name in JSON; empty when its own fields stand in its parent. */
  json: string
  type: string
  /** Zero values are left out of JSON. */
  omitZero: boolean
}

type Messages = ReadonlyMap<string, ReadonlyMap<number, Field>>
type Data = Record<string, unknown>

// A body starts with these bytes, then comes a runtime.Unknown (k8s.io/apimachinery, pkg/runtime/serializer/protobuf).
const magic = Buffer.from('k8s\0')

const packages: Readonly<Record<string, string>> = {
  v1: 'core',
  'apps/v1': 'apps',
  'batch/v1': 'batch',
  'autoscaling/v1': 'autoscaling1',
  'autoscaling/v2': 'autoscaling2',
  'networking.k8s.io/v1': 'networking',
  'policy/v1': 'policy',
  'rbac.authorization.k8s.io/v1': 'rbac',
  'storage.k8s.io/v1': 'storage',
  'scheduling.k8s.io/v1': 'scheduling',
  'coordination.k8s.io/v1': 'coordination',
  'events.k8s.io/v1': 'events',
  'discovery.k8s.io/v1': 'discovery',
  'admissionregistration.k8s.io/v1': 'admissionregistration',
  'node.k8s.io/v1': 'node',
  'authorization.k8s.io/v1': 'authorization',
}

/** Creates the reader of bodies in Kubernetes' protobuf; its tables are parsed at the first one. */
export function createProtobufDecoder(): (bytes: Uint8Array) => Data {
  let messages: Messages | undefined
  return (bytes) => {
    messages ??= parseMessages()
    return decodeObject(messages, bytes)
  }
}

function parseMessages(): Messages {
  const messages = new Map<string, Map<number, Field>>()
  for (const line of messagesText.split('\n')) {
    const [name = '', ...fields] = line.split(' ')
    messages.set(name, new Map(fields.map(parseField)))
  }
  return messages
}

function parseField(text: string): [number, Field] {
  const [, json = '', keep, number, type = ''] = /^([^!=]*)(!?)=(\d+):(.*)$/.exec(text) ?? []
  return [Number(number), { json: json === '^' ? '' : json, type, omitZero: keep !== '!' }]
}

/** The object in a body, with its kind; throws 400, and 415 for a kind whose messages are not known. */
function decodeObject(messages: Messages, bytes: Uint8Array): Data {
  if (!magic.equals(bytes.subarray(0, 4)))
    throw badRequest('the body cannot be read as protobuf: it does not start with the bytes "k8s" and zero')
  let [apiVersion, kind] = ['', '']
  let raw: Uint8Array = new Uint8Array()
  for (const field of readFields(bytes.subarray(4))) {
    if (field.number === 2) raw = bytesOf(field)
    if (field.number !== 1) continue
    for (const part of readFields(bytesOf(field))) {
      if (part.number === 1) apiVersion = textOf(part)
      if (part.number === 2) kind = textOf(part)
    }
  }
  const name = kind === 'DeleteOptions' ? 'meta.DeleteOptions' : `${packages[apiVersion] ?? ''}.${kind}`
  if (!messages.has(name)) throw unsupportedMediaType('application/json', 'application/yaml')
  return { apiVersion, kind, ...decodeMessage(messages, name, raw, 0) }
}

// Deeper than any real object; a body may nest one message in itself without end.
const maxDepth = 64

function decodeMessage(messages: Messages, name: string, bytes: Uint8Array, depth: number): Data {
  const fields = messages.get(name)
  if (!fields || depth > maxDepth)
    throw badRequest(`the body cannot be read as protobuf: ${name} is not expected`)
  const data: Data = {}
  for (const wire of readFields(bytes)) {
    const field = fields.get(wire.number)
    if (field) addField(data, field, wire, { messages, depth: depth + 1 })
  }
  return data
}

interface Context {
  messages: Messages
  depth: number
}

function addField(data: Data, { json, type, omitZero }: Field, wire: WireField, context: Context): void {
  if (type.startsWith('[')) {
    const list = (data[json] ??= []) as unknown[]
    list.push(...repeated(type.slice(1), wire, context))
  } else if (type.startsWith('{')) {
    const map = (data[json] ??= {}) as Data
    const [key, value] = entry(type.slice(1), wire, context)
    setOwn(map, key, value)
  } else {
    const value = valueOf(type.replace(/^\*/, ''), wire, context)
    const isZero = value === '' || value === 0 || value === false
    if (value === undefined || (isZero && omitZero && !type.startsWith('*'))) return
    if (json === '') Object.assign(data, value)
    else data[json] = value
  }
}

/** Numbers may come packed, many in one field. */
function repeated(type: string, wire: WireField, context: Context): unknown[] {
  if (type !== 'i' || wire.kind !== 'bytes') return [valueOf(type, wire, context)]
  // Every number is put behind the tag of field 1, so that it reads as a message.
  const found: unknown[] = []
  let rest = bytesOf(wire)
  while (rest.byteLength > 0) {
    const end = rest.findIndex((byte) => byte < 0x80) + 1
    if (end === 0) throw badRequest('the body cannot be read as protobuf: a packed number is cut off')
    for (const one of readFields(Buffer.concat([Uint8Array.of(8), rest.subarray(0, end)])))
      found.push(integerOf(one))
    rest = rest.subarray(end)
  }
  return found
}

function entry(type: string, wire: WireField, context: Context): [string, unknown] {
  let [key, value] = ['', zeroOf(type)]
  for (const field of readFields(bytesOf(wire))) {
    if (field.number === 1) key = textOf(field)
    if (field.number === 2) value = valueOf(type, field, context)
  }
  return [key, value]
}

function zeroOf(type: string): unknown {
  if (type === 'i' || type === 'd') return 0
  if (type === 'b') return false
  return type.startsWith('@') ? [] : type.includes('.') ? {} : ''
}

function valueOf(type: string, wire: WireField, { messages, depth }: Context): unknown {
  if (type === 's') return textOf(wire)
  if (type === 'i') return integerOf(wire)
  if (type === 'b') return integerOf(wire) !== 0
  if (type === 'y') return Buffer.from(bytesOf(wire)).toString('base64')
  if (type === 'd') return doubleOf(wire)
  if (type.startsWith('@')) {
    const items = [...readFields(bytesOf(wire))].filter(({ number }) => number === 1)
    return items.map((item) => valueOf(type.slice(1), item, { messages, depth }))
  }
  const special = specialMessages[type]
  return special ? special(bytesOf(wire)) : decodeMessage(messages, type, bytesOf(wire), depth)
}

function doubleOf({ value }: WireField): number {
  const bits = new DataView(new ArrayBuffer(8))
  if (typeof value === 'bigint') bits.setBigUint64(0, BigInt.asUintN(64, value))
  return bits.getFloat64(0)
}
