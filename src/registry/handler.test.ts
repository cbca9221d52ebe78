import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { digestOf, fetchFrom, type Handler, isCode, listen, openDialer, readAll } from '#base'
import { credentialFor, type Descriptor, openRepository, parseReference, type Repository } from '#oci'
import { diskStore } from './disk.ts'
import { createRegistry } from './handler.ts'
import { memoryStore } from './memory.ts'
import type { RegistryStore } from './store.ts'

const dirs: string[] = []
afterAll(async () => {
  for (const dir of dirs) await rm(dir, { recursive: true, force: true })
})
async function tempDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'sluice-registry-'))
  dirs.push(dir)
  return dir
}
const stores: [string, () => Promise<RegistryStore>][] = [
  ['memory', async () => memoryStore()],
  ['disk', async () => diskStore(await tempDir())],
]

const chunks = async function* (...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}
const describeText = (text: string, mediaType = 'text/plain'): Descriptor => ({
  mediaType,
  size: Buffer.byteLength(text),
  digest: digestOf(text),
})
const repositoryOf = (handler: Handler, name = 'org/app'): Repository =>
  openRepository(parseReference(`reg.example/${name}`), { fetch: fetchFrom(handler) })
const ask = (handler: Handler, method: string, path: string, init: RequestInit = {}) =>
  handler(new Request(`http://reg.example${path}`, { method, ...init }))
const codeOf = async (response: Response): Promise<string> => {
  const { errors } = (await response.json()) as { errors: { code: string }[] }
  return `${response.status} ${errors[0]?.code}`
}

async function pushImage(repository: Repository, tag: string, extra: object = {}) {
  const config = describeText('{}', 'application/vnd.oci.empty.v1+json')
  await repository.putBlob(config, () => chunks('{}'))
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config,
    layers: [],
    ...extra,
  })
  return repository.putManifest(tag, Buffer.from(manifest))
}

test.each(stores)('a %s store keeps blobs and manifests, mounts, lists and deletes', async (_, create) => {
  const { handler } = createRegistry({ store: await create() })
  const repository = repositoryOf(handler)
  const blob = describeText('hello world')
  expect(await repository.putBlob(blob, () => chunks('hello ', 'world'))).toBe('uploaded')
  expect(await repository.putBlob(blob, () => chunks('never asked'))).toBe('exists')
  const other = repositoryOf(handler, 'other/app')
  await expect(readAll(other.fetchBlob(blob), 100, 'blob')).rejects.toThrow('BLOB_UNKNOWN')
  expect(await other.putBlob(blob, () => chunks('never asked'), { mountFrom: 'org/app' })).toBe('mounted')
  expect(Buffer.from(await readAll(other.fetchBlob(blob), 100, 'blob')).toString()).toBe('hello world')
  const root = await pushImage(repository, '1.0.0')
  await pushImage(repository, 'latest')
  expect(await repository.resolve('1.0.0')).toEqual(root)
  expect((await repository.fetchManifest(root.digest)).descriptor).toEqual(root)
  expect(await repository.tags()).toEqual(['1.0.0', 'latest'])
  await repository.deleteManifest('latest')
  expect(await repository.tags()).toEqual(['1.0.0'])
  await repository.deleteManifest(root.digest)
  await expect(repository.tags()).rejects.toThrow(
    'NAME_UNKNOWN: repository name not known to registry; map[name:org/app]',
  )
})

test.each(stores)('a %s store takes a blob in chunks and refuses those out of order', async (_, create) => {
  const { handler } = createRegistry({ store: await create() })
  const start = await ask(handler, 'POST', '/v2/org/app/blobs/uploads/')
  expect(start.status).toBe(202)
  const place = start.headers.get('location') ?? ''
  const patch = (range: string, body: string) =>
    ask(handler, 'PATCH', place, { body, headers: { 'content-range': range } })
  expect((await patch('0-4', 'hello')).headers.get('range')).toBe('0-4')
  expect((await patch('9-11', 'bad')).status).toBe(416)
  const status = await ask(handler, 'GET', place)
  expect([status.status, status.headers.get('range')]).toEqual([204, '0-4'])
  expect((await patch('5-10', ' world')).status).toBe(202)
  const done = await ask(handler, 'PUT', `${place}?digest=${digestOf('hello world')}`)
  expect([done.status, done.headers.get('docker-content-digest')]).toEqual([201, digestOf('hello world')])
  expect((await ask(handler, 'GET', place)).status).toBe(404)
  const part = await ask(handler, 'GET', `/v2/org/app/blobs/${digestOf('hello world')}`, {
    headers: { range: 'bytes=6-' },
  })
  expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
    206,
    'bytes 6-10/11',
    'world',
  ])
})

test.each(stores)('a %s store refuses content that does not have its digest', async (_, create) => {
  const { handler } = createRegistry({ store: await create() })
  const wrong = await ask(handler, 'POST', `/v2/org/app/blobs/uploads/?digest=${digestOf('a')}`, {
    body: 'b',
  })
  expect(await codeOf(wrong)).toBe('400 DIGEST_INVALID')
  expect((await ask(handler, 'HEAD', `/v2/org/app/blobs/${digestOf('a')}`)).status).toBe(404)
  expect((await ask(handler, 'HEAD', `/v2/org/app/blobs/${digestOf('b')}`)).status).toBe(404)
  const manifest = await ask(handler, 'PUT', `/v2/org/app/manifests/${digestOf('a')}`, { body: '{}' })
  expect(await codeOf(manifest)).toBe('400 DIGEST_INVALID')
})

test.each(stores)('a %s store lists referrers by type, also of what is not there yet', async (_, create) => {
  const { handler } = createRegistry({ store: await create() })
  const repository = repositoryOf(handler)
  const subject = describeText('later', 'application/vnd.oci.image.manifest.v1+json')
  const sbom = await pushImage(repository, 'a', {
    subject,
    artifactType: 'application/x-sbom',
    annotations: { k: 'v' },
  })
  await pushImage(repository, 'b', { subject })
  expect(await repository.referrers(subject.digest)).toHaveLength(2)
  expect(await repository.referrers(subject.digest, { artifactType: 'application/x-sbom' })).toEqual([
    { ...sbom, artifactType: 'application/x-sbom', annotations: { k: 'v' } },
  ])
  const filtered = await ask(handler, 'GET', `/v2/org/app/referrers/${subject.digest}?artifactType=x`)
  expect(filtered.headers.get('oci-filters-applied')).toBe('artifactType')
  await repository.deleteManifest(sbom.digest)
  expect(await repository.referrers(subject.digest)).toHaveLength(1)
  expect(await repository.tags()).toEqual(['b'])
})

test('a disk store survives a restart, with an upload under way', async () => {
  const dir = await tempDir()
  const before = createRegistry({ store: diskStore(dir) }).handler
  const root = await pushImage(repositoryOf(before), '1.0.0')
  const place = (await ask(before, 'POST', '/v2/org/app/blobs/uploads/')).headers.get('location') ?? ''
  await ask(before, 'PATCH', place, { body: 'half' })
  const after = createRegistry({ store: diskStore(dir) }).handler
  expect((await repositoryOf(after).resolve('1.0.0')).digest).toBe(root.digest)
  const done = await ask(after, 'PUT', `${place}?digest=${digestOf('half and half')}`, { body: ' and half' })
  expect(done.status).toBe(201)
})

test('tags are paged in order', async () => {
  const { handler } = createRegistry()
  const repository = repositoryOf(handler)
  for (const tag of ['c', 'a', 'b', 'd']) await pushImage(repository, tag)
  const first = await ask(handler, 'GET', '/v2/org/app/tags/list?n=3')
  expect(await first.json()).toEqual({ name: 'org/app', tags: ['a', 'b', 'c'] })
  expect(first.headers.get('link')).toBe('</v2/org/app/tags/list?last=c&n=3>; rel="next"')
  const last = await ask(handler, 'GET', '/v2/org/app/tags/list?n=3&last=c')
  expect([await last.json(), last.headers.get('link')]).toEqual([{ name: 'org/app', tags: ['d'] }, null])
  expect(await (await ask(handler, 'GET', '/v2/org/app/tags/list?n=0')).json()).toEqual({
    name: 'org/app',
    tags: [],
  })
  expect(await (await ask(handler, 'GET', '/v2/_catalog')).json()).toEqual({ repositories: ['org/app'] })
})

test('wrong requests get the codes of the specification', async () => {
  const { handler } = createRegistry()
  const config = describeText('{}')
  const missing = JSON.stringify({ schemaVersion: 2, config, layers: [] })
  const cases: [string, string, string, RequestInit?][] = [
    ['404 MANIFEST_UNKNOWN', 'GET', '/v2/org/app/manifests/none'],
    ['404 MANIFEST_UNKNOWN', 'DELETE', '/v2/org/app/manifests/none'],
    ['404 MANIFEST_BLOB_UNKNOWN', 'PUT', '/v2/org/app/manifests/1', { body: missing }],
    ['400 MANIFEST_INVALID', 'PUT', '/v2/org/app/manifests/1', { body: 'nonsense' }],
    ['400 MANIFEST_INVALID', 'PUT', '/v2/org/app/manifests/1'],
    ['400 MANIFEST_INVALID', 'PUT', '/v2/org/app/manifests/-bad', { body: missing }],
    ['413 SIZE_INVALID', 'PUT', '/v2/org/app/manifests/1', { body: 'x'.repeat(5_000_000) }],
    ['404 BLOB_UNKNOWN', 'GET', `/v2/org/app/blobs/${config.digest}`],
    ['404 BLOB_UNKNOWN', 'DELETE', `/v2/org/app/blobs/${config.digest}`],
    ['400 DIGEST_INVALID', 'GET', '/v2/org/app/blobs/sha256:123'],
    ['404 BLOB_UPLOAD_UNKNOWN', 'PATCH', '/v2/org/app/blobs/uploads/..%2f..%2fetc', { body: 'x' }],
    ['404 NAME_UNKNOWN', 'GET', '/v2/org/app/tags/list'],
    ['400 NAME_INVALID', 'GET', '/v2/Org/app/tags/list'],
    ['400 NAME_INVALID', 'GET', `/v2/${'a'.repeat(256)}/tags/list`],
    ['404 NAME_INVALID', 'GET', '/v2/org/app/other/x'],
    ['404 NAME_INVALID', 'GET', '/elsewhere'],
    ['405 UNSUPPORTED', 'POST', '/v2/org/app/manifests/1'],
    ['400 DIGEST_INVALID', 'GET', '/v2/org/app/referrers/nonsense'],
  ]
  for (const [wanted, method, path, init] of cases)
    expect([path, await codeOf(await ask(handler, method, path, init))]).toEqual([path, wanted])
})

test('an upload of another repository cannot be continued', async () => {
  const { handler } = createRegistry()
  const place = (await ask(handler, 'POST', '/v2/org/app/blobs/uploads/')).headers.get('location') ?? ''
  const other = place.replace('org/app', 'org/other')
  expect((await ask(handler, 'PATCH', other, { body: 'x' })).status).toBe(404)
})

test('a failing store is a 503 that says nothing about the inside', async () => {
  const { handler } = createRegistry({ store: diskStore('/dev/null/nowhere') })
  const response = await ask(handler, 'POST', '/v2/org/app/blobs/uploads/')
  expect(await response.text()).toBe('{"errors":[{"code":"UNKNOWN","message":"internal error"}]}')
  expect(response.status).toBe(503)
})

test('with users, a registry wants HTTP Basic, over real sockets too', async () => {
  const { handler } = createRegistry({ users: { u: 'p:q' } })
  const listener = await listen(handler)
  const dialer = openDialer()
  try {
    const registry = `127.0.0.1:${listener.port}`
    const open = (password: string) =>
      openRepository(parseReference(`${registry}/org/app`), {
        fetch: dialer.fetch,
        credentials: credentialFor(registry, { kind: 'basic', username: 'u', password }),
      })
    const root = await pushImage(open('p:q'), '1')
    expect((await open('p:q').resolve('1')).digest).toBe(root.digest)
    await expect(open('wrong').resolve('1')).rejects.toThrow(
      `GET http://${registry}/v2/org/app/manifests/1: UNAUTHORIZED: authentication required`,
    )
  } finally {
    await dialer.close()
    await listener.close()
  }
})

test('a large blob goes through sockets in both directions without being held up', async () => {
  const listener = await listen(createRegistry({ store: diskStore(await tempDir()) }).handler)
  const dialer = openDialer()
  try {
    const piece = Buffer.alloc(1024 * 1024, 'x')
    const content = Buffer.concat(Array.from({ length: 20 }, () => piece))
    const blob = { mediaType: 'x', size: content.byteLength, digest: digestOf(content) }
    const repository = openRepository(parseReference(`127.0.0.1:${listener.port}/org/app`), {
      fetch: dialer.fetch,
    })
    await repository.putBlob(blob, async function* () {
      for (let i = 0; i < 20; i++) yield piece
    })
    let size = 0
    for await (const chunk of repository.fetchBlob(blob)) size += chunk.byteLength
    expect(size).toBe(blob.size)
    const short = { ...blob, digest: digestOf('other') }
    await expect(
      repository.putBlob(short, async function* () {
        for (let i = 0; i < 20; i++) yield piece
      }),
    ).rejects.toThrow(expect.toSatisfy((error) => isCode(error, 'DIGEST_INVALID')))
  } finally {
    await dialer.close()
    await listener.close()
  }
})
