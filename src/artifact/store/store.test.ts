import { lstat, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type Clock, digestOf, fetchFrom, isCode, treeOf } from '#base'
import { fetchArtifact } from '../fetch-artifact.ts'
import { repack } from '../repack.ts'
import { artifactHandler } from './handler.ts'
import { type ArtifactStore, openArtifactStore } from './store.ts'

const dirs: string[] = []
afterAll(async () => {
  for (const dir of dirs) await rm(dir, { recursive: true, force: true })
})
async function tempDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'sluice-store-'))
  dirs.push(dir)
  return dir
}

const owner = { kind: 'OCIRepository', namespace: 'apps', name: 'podinfo' }
const start = Date.parse('2026-11-23T21:36:19Z')
const withCode = (code: string) => expect.toSatisfy((error) => isCode(error, code))

function handClock(): Clock & { at: number } {
  const clock = {
    at: start,
    now: () => clock.at,
    sleep: async () => undefined,
    after: () => () => undefined,
  }
  return clock
}

const kinds: [string, (clock: Clock) => Promise<ArtifactStore>][] = [
  ['memory', async (clock) => openArtifactStore({ advertise: '127.0.0.1:9790', clock })],
  [
    'disk',
    async (clock) => openArtifactStore({ dir: await tempDir(), advertise: () => '127.0.0.1:9790', clock }),
  ],
]

const save = async (store: ArtifactStore, n: number) =>
  store.save(owner, {
    revision: `latest@sha256:${n}`,
    fileName: `sha256:${n}.tar.gz`,
    content: await repack(treeOf({ 'a.yaml': `n: ${n}` })),
    metadata: { source: 's' },
  })

test.each(kinds)('a %s store saves, verifies, opens, serves and removes an artifact', async (_, open) => {
  const store = await open(handClock())
  const content = await repack(treeOf({ 'a.yaml': 'n: 1' }))
  const artifact = await save(store, 1)
  expect(artifact).toEqual({
    path: 'ocirepository/apps/podinfo/sha256:1.tar.gz',
    url: 'http://127.0.0.1:9790/ocirepository/apps/podinfo/sha256:1.tar.gz',
    revision: 'latest@sha256:1',
    digest: digestOf(content),
    lastUpdateTime: '2026-11-23T21:36:19Z',
    size: content.byteLength,
    metadata: { source: 's' },
  })
  expect(await store.verify(artifact)).toBe(true)
  expect(await store.verify({ ...artifact, digest: digestOf('x') })).toBe(false)
  expect((await store.openTree(artifact)).text('a.yaml')).toBe('n: 1')
  await expect(store.openTree({ ...artifact, digest: digestOf('x') })).rejects.toThrow(
    withCode('DIGEST_MISMATCH'),
  )
  const fetch = fetchFrom(artifactHandler(store))
  expect((await fetchArtifact(fetch, artifact)).text('a.yaml')).toBe('n: 1')
  expect((await fetchArtifact(fetch, { url: store.latestUrl(owner) })).text('a.yaml')).toBe('n: 1')
  const lie = { url: artifact.url, digest: digestOf('x') }
  await expect(fetchArtifact(fetch, lie)).rejects.toThrow(withCode('DIGEST_MISMATCH'))
  await store.remove(owner)
  await expect(store.openTree(artifact)).rejects.toThrow(withCode('ARTIFACT_MISSING'))
  await expect(fetchArtifact(fetch, artifact)).rejects.toThrow(withCode('ARTIFACT_MISSING'))
})

test.each(kinds)(
  'a %s store keeps the current artifact, two young ones, and none that is old',
  async (_, open) => {
    const clock = handClock()
    const store = await open(clock)
    for (const n of [1, 2, 3, 4]) {
      clock.at += 1000
      await save(store, n)
    }
    const path = (n: number) => `ocirepository/apps/podinfo/sha256:${n}.tar.gz`
    expect(await store.collect(owner, path(4))).toEqual([path(1)])
    clock.at += 62_000
    expect((await store.collect(owner, path(4))).sort()).toEqual([path(2), path(3)])
    expect(await store.find(path(4))).toBeDefined()
  },
)

test.each(kinds)('a %s store keeps what was there when new content fails halfway', async (_, open) => {
  const store = await open(handClock())
  const artifact = await save(store, 1)
  const failing = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from('half')
    throw new Error('the connection broke')
  }
  await expect(
    store.save(owner, { revision: 'r', fileName: 'sha256:1.tar.gz', content: failing() }),
  ).rejects.toThrow('the connection broke')
  expect(await store.verify(artifact)).toBe(true)
})

test.each([
  [{ ...owner, name: '..' }, 'f'],
  [{ ...owner, namespace: 'a/b' }, 'f'],
  [owner, '../f'],
  [owner, ''],
])('nothing is stored under %j %j', async (who, fileName) => {
  const store = openArtifactStore({ dir: await tempDir(), advertise: 'h' })
  await expect(store.save(who, { revision: 'r', fileName, content: Buffer.from('') })).rejects.toThrow(
    withCode('ARTIFACT_PATH_INVALID'),
  )
})

test('on disk a file is 0600, latest.tar.gz a link to it, nothing else is left, and tampering is seen', async () => {
  const dir = await tempDir()
  const store = openArtifactStore({ dir, advertise: 'h', clock: handClock() })
  const artifact = await save(store, 1)
  const folder = join(dir, 'ocirepository', 'apps', 'podinfo')
  expect((await readdir(folder)).sort()).toEqual(['latest.tar.gz', 'sha256:1.tar.gz'])
  expect((await lstat(join(dir, artifact.path))).mode & 0o777).toBe(0o600)
  expect(await readlink(join(folder, 'latest.tar.gz'))).toBe('sha256:1.tar.gz')
  expect(await store.verify(artifact)).toBe(true)
  await writeFile(join(dir, artifact.path), 'tampered')
  expect(await store.verify(artifact)).toBe(false)
  await store.remove(owner)
  expect(await readdir(join(dir, 'ocirepository', 'apps'))).toEqual([])
})

test('the server answers like Flux’s: ranges, conditional requests, 404 in plain text, nothing outside the root', async () => {
  const dir = await tempDir()
  const store = openArtifactStore({ dir: join(dir, 'root'), advertise: '127.0.0.1:9790', clock: handClock() })
  await writeFile(join(dir, 'secret'), 'secret')
  const artifact = await save(store, 1)
  await symlink('/etc/passwd', join(dir, 'root', 'ocirepository', 'apps', 'podinfo', 'evil'))
  const handler = artifactHandler(store)
  const ask = (url: string, headers: Record<string, string> = {}, method = 'GET') =>
    handler(new Request(url, { method, headers }))
  const whole = await ask(artifact.url)
  expect(Object.fromEntries(whole.headers)).toEqual({
    'accept-ranges': 'bytes',
    'content-length': String(artifact.size),
    'content-type': 'application/gzip',
    etag: `"${artifact.digest}"`,
    'last-modified': 'Mon, 23 Nov 2026 21:36:19 GMT',
  })
  const content = Buffer.from(await whole.arrayBuffer())
  expect(content).toEqual(await readFile(join(dir, 'root', artifact.path)))
  const part = await ask(artifact.url, { range: 'bytes=0-9' })
  expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 0-9/${artifact.size}`])
  expect(Buffer.from(await part.arrayBuffer())).toEqual(content.subarray(0, 10))
  const last = await ask(artifact.url, { range: 'bytes=-5' })
  expect(Buffer.from(await last.arrayBuffer())).toEqual(content.subarray(-5))
  expect((await ask(artifact.url, { range: 'bytes=99999-' })).status).toBe(416)
  expect((await ask(artifact.url, { 'if-modified-since': 'Mon, 23 Nov 2026 21:36:19 GMT' })).status).toBe(304)
  expect((await ask(artifact.url, { 'if-modified-since': 'Mon, 23 Nov 2026 21:36:18 GMT' })).status).toBe(200)
  expect((await ask(artifact.url, { 'if-none-match': `"${artifact.digest}"` })).status).toBe(304)
  const head = await ask(artifact.url, {}, 'HEAD')
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
    200,
    String(artifact.size),
    '',
  ])
  expect((await ask(artifact.url, {}, 'DELETE')).status).toBe(405)
  const base = 'http://127.0.0.1:9790'
  for (const path of [
    '/',
    '/ocirepository/apps/podinfo/',
    '/none/none/x.tar.gz',
    '/..%2fsecret',
    '/%2e%2e/secret',
    '/ocirepository/apps/podinfo/evil',
    '/ocirepository%00',
    '/%',
    '//secret',
  ]) {
    const answer = await ask(base + path)
    expect([path, answer.status, await answer.text()]).toEqual([path, 404, '404 page not found\n'])
  }
})
