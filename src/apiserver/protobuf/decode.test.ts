import { expect, test } from 'vitest'
import { createProtobufDecoder } from './decode.ts'

const decode = createProtobufDecoder()

function varint(value: number): number[] {
  const bytes = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest]
    bytes.push((rest % 128) + 128)
  }
}

const number = (field: number, value: number): Buffer => Buffer.from([...varint(field * 8), ...varint(value)])
const bytes = (field: number, value: string | Buffer): Buffer => {
  const content = Buffer.from(value)
  return Buffer.concat([Buffer.from([...varint(field * 8 + 2), ...varint(content.byteLength)]), content])
}

function body(apiVersion: string, kind: string, ...fields: Buffer[]): Buffer {
  const type = Buffer.concat([bytes(1, apiVersion), bytes(2, kind)])
  return Buffer.concat([Buffer.from('k8s\0'), bytes(1, type), bytes(2, Buffer.concat(fields))])
}

test('texts, maps, bytes and metadata are read', () => {
  const metadata = Buffer.concat([
    bytes(1, 's'),
    bytes(2, ''),
    bytes(8, ''),
    bytes(11, Buffer.concat([bytes(1, 'app'), bytes(2, 'web')])),
    bytes(14, 'a.io/x'),
  ])
  const data = Buffer.concat([bytes(1, 'password'), bytes(2, 'hunter2')])
  expect(decode(body('v1', 'Secret', bytes(1, metadata), bytes(2, data), bytes(3, 'Opaque')))).toEqual({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', labels: { app: 'web' }, finalizers: ['a.io/x'] },
    data: { password: Buffer.from('hunter2').toString('base64') },
    type: 'Opaque',
  })
})

test('a zero behind a pointer is a value, any other is left out', () => {
  const spec = Buffer.concat([number(1, 0), number(5, 0), number(7, 0)])
  expect(decode(body('apps/v1', 'Deployment', bytes(2, spec)))['spec']).toEqual({ replicas: 0 })
})

test('fields of an inlined message stand in their parent', () => {
  const volume = Buffer.concat([bytes(1, 'v'), bytes(2, bytes(6, bytes(1, 'my-secret')))])
  const pod = decode(body('v1', 'Pod', bytes(2, bytes(1, volume))))
  expect(pod['spec']).toEqual({ volumes: [{ name: 'v', secret: { secretName: 'my-secret' } }] })
})

test('times, quantities and numbers-or-texts have their own forms', () => {
  const time = Buffer.concat([number(1, 1_700_000_000), number(2, 5000)])
  expect(decode(body('v1', 'Event', bytes(10, time), bytes(6, number(1, 1_700_000_000))))).toMatchObject({
    eventTime: '2023-11-14T22:13:20.000005Z',
    firstTimestamp: '2023-11-14T22:13:20Z',
  })
  const hard = Buffer.concat([bytes(1, 'pods'), bytes(2, bytes(1, '5'))])
  expect(decode(body('v1', 'ResourceQuota', bytes(2, bytes(1, hard))))['spec']).toEqual({
    hard: { pods: '5' },
  })
  const named = bytes(
    1,
    Buffer.concat([number(3, 80), bytes(4, Buffer.concat([number(1, 1), bytes(3, 'http')]))]),
  )
  const plain = bytes(1, Buffer.concat([number(3, 81), bytes(4, number(2, 8080))]))
  expect(decode(body('v1', 'Service', bytes(2, Buffer.concat([named, plain]))))['spec']).toEqual({
    ports: [
      { port: 80, targetPort: 'http' },
      { port: 81, targetPort: 8080 },
    ],
  })
})

test.each([
  ['something else', Buffer.from('hello')],
  ['a field that ends too early', body('v1', 'Secret', Buffer.from([0x0a, 0x7f]))],
  ['a number without end', body('v1', 'Secret', Buffer.from([0x08, ...Array<number>(12).fill(0xff)]))],
  ['a text where a message belongs', body('v1', 'Secret', bytes(1, 'not a message'))],
  ['an unknown wire type', body('v1', 'Secret', Buffer.from([0x0f]))],
])('%s is a bad request', (_what, input) => {
  expect(() => decode(input)).toThrow(expect.objectContaining({ code: 'API_REFUSED' }))
})

test('a kind that no message is known of is an unsupported body', () => {
  expect(() => decode(body('example.dev/v1', 'Widget'))).toThrow(/accepted media types include/)
})
