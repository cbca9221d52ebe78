import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { KubeObject } from '#api'
import { openDiskStore } from './disk.ts'
import type { ObjectStore } from './storage.ts'

let dir: string
let stores: ObjectStore[] = []

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sluice-store-'))
})
afterEach(async () => {
  for (const store of stores) await store.close()
  stores = []
  rmSync(dir, { recursive: true, force: true })
})

async function open(): Promise<ObjectStore> {
  const store = await openDiskStore(dir)
  stores.push(store)
  return store
}

function thing(name: string, value = '1'): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'a' }, data: { value } }
}

test('objects and the revision outlive the process', async () => {
  const first = await open()
  first.put('/configmaps', thing('x'))
  first.put('/configmaps', thing('y'))
  first.put('/configmaps', thing('x', '2'))
  first.remove('/configmaps', thing('y').metadata)
  await first.close()
  const second = await open()
  expect(second.list('/configmaps').map(({ data }) => data)).toEqual([{ value: '2' }])
  expect(second.revision).toBe(4)
  expect(second.put('/configmaps', thing('z')).metadata.resourceVersion).toBe('5')
})

test('what was written is there although nobody closed the store', async () => {
  const first = await open()
  first.put('/configmaps', thing('x'))
  rmSync(join(dir, 'lock'))
  const second = await open()
  expect(second.get('/configmaps', 'a', 'x')?.['data']).toEqual({ value: '1' })
})

test('a line torn by a crash is dropped', async () => {
  const first = await open()
  first.put('/configmaps', thing('x'))
  await first.close()
  appendFileSync(join(dir, 'log.jsonl'), '{"r":2,"b":"/configmaps","k":"a/y","o":{"apiV')
  const second = await open()
  expect(second.list('/configmaps').map(({ metadata }) => metadata.name)).toEqual(['x'])
  second.put('/configmaps', thing('z'))
  await second.close()
  const third = await open()
  expect(third.list('/configmaps').map(({ metadata }) => metadata.name)).toEqual(['x', 'z'])
})

test('a log that is in the snapshot already is not replayed over it', async () => {
  const first = await open()
  first.put('/configmaps', thing('x'))
  const log = readFileSync(join(dir, 'log.jsonl'), 'utf8')
  first.remove('/configmaps', thing('x').metadata)
  await first.close()
  const second = await open()
  await second.close()
  writeFileSync(join(dir, 'log.jsonl'), log)
  const third = await open()
  expect(third.list('/configmaps')).toEqual([])
})

test('a store that something else has written to is refused with its line', async () => {
  const first = await open()
  first.put('/configmaps', thing('x'))
  await first.close()
  appendFileSync(join(dir, 'log.jsonl'), 'not json\n')
  await expect(openDiskStore(dir)).rejects.toMatchObject({ code: 'STORE_CORRUPT', message: /line 2/ })
})

test('a store that is open is not opened a second time', async () => {
  await open()
  await expect(openDiskStore(dir)).rejects.toMatchObject({ code: 'STORE_IN_USE' })
})

test.each(['999999999', '999999999 5', `${process.pid} 5`, 'nonsense', ''])(
  'a lock whose process is gone (%j) is taken over',
  async (holder) => {
    writeFileSync(join(dir, 'lock'), holder)
    const store = await open()
    expect(store.revision).toBe(0)
  },
)

test('a folder that cannot be made is a coded error', async () => {
  writeFileSync(join(dir, 'file'), '')
  await expect(openDiskStore(join(dir, 'file', 'sub'))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
})
