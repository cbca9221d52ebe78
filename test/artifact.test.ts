import { expect, test } from 'vitest'
import {
  annotationNames,
  listArtifacts,
  pack,
  pullArtifact,
  pushArtifact,
  tagArtifact,
  unpack,
} from '#artifact'
import { digestOf, fetchFrom, type Handler, isCode, treeOf } from '#base'
import { mediaTypes, openRepository, parseReference, type Repository } from '#oci'
import { createRegistry } from '#registry'
import { appTree } from '../src/artifact/testdata/app-tree.ts'

const metadata = { source: 'src', revision: 'main@sha1:abc' }
const withCode = (code: string) => expect.toSatisfy((error) => isCode(error, code))

function inProcess(wrap: (handler: Handler) => Handler = (handler) => handler): Repository {
  const { handler } = createRegistry()
  return openRepository(parseReference('reg.example/apps/podinfo:v1'), { fetch: fetchFrom(wrap(handler)) })
}

const chunks = async function* (text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}

test('what is pushed is pulled: the same files, metadata and digest under every tag', async () => {
  const repository = inProcess()
  const layer = await pack(appTree())
  const root = await pushArtifact(repository, layer, metadata, { tags: ['v1', '1.0.0'] })
  const pulled = await pullArtifact(repository)
  expect(pulled.root).toEqual(root)
  expect(pulled.layer).toEqual(layer.descriptor)
  expect(pulled.manifest.annotations).toEqual({
    [annotationNames.created]: '1970-01-01T00:00:00Z',
    [annotationNames.revision]: 'main@sha1:abc',
    [annotationNames.source]: 'src',
  })
  expect((await unpack(pulled.open())).files).toEqual(appTree().files)
  const again = await pushArtifact(repository, await pack(appTree()), metadata, { tags: ['v2'] })
  expect(again).toEqual(root)
  const { config } = pulled.manifest
  let text = ''
  for await (const chunk of repository.fetchBlob(config)) text += Buffer.from(chunk).toString()
  expect(JSON.parse(text)).toEqual({
    architecture: '',
    created: '1970-01-01T00:00:00Z',
    history: [{ created: '0001-01-01T00:00:00Z' }],
    os: '',
    rootfs: {
      type: 'layers',
      diff_ids: ['sha256:19811c60776ffe54dd79dc654b655ad02b6a169fd0ef5f5ab77791283dc9ca51'],
    },
    config: {},
  })
})

test('a layer that the registry altered is refused before its tree is there', async () => {
  const repository = inProcess((handler) => async (request) => {
    const response = await handler(request)
    if (request.method !== 'GET' || !request.url.includes('/blobs/')) return response
    const bytes = Buffer.from(await response.arrayBuffer())
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    return new Response(bytes)
  })
  await pushArtifact(repository, await pack(appTree()), metadata, { tags: ['v1'] })
  await expect(unpack((await pullArtifact(repository)).open())).rejects.toThrow(withCode('DIGEST_MISMATCH'))
})

test('a layer is selected by media type, and one that is not there is named', async () => {
  const repository = inProcess()
  await pushArtifact(repository, await pack(appTree()), metadata, { tags: ['v1'] })
  expect(
    (await pullArtifact(repository, 'v1', { mediaType: mediaTypes.fluxContent })).layer.size,
  ).toBeGreaterThan(0)
  await expect(pullArtifact(repository, 'v1', { mediaType: 'application/x.none' })).rejects.toThrow(
    "failed to find layer with media type 'application/x.none' in artifact",
  )
})

test('of an index the child for linux/amd64 is pulled, and the revision is the index', async () => {
  const repository = inProcess()
  const arm = await pushArtifact(repository, await pack(treeOf({ a: 'arm' })), metadata)
  const amd = await pushArtifact(repository, await pack(treeOf({ a: 'amd' })), metadata)
  const index = {
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: [
      { ...arm, platform: { os: 'linux', architecture: 'arm64' } },
      { ...amd, platform: { os: 'linux', architecture: 'amd64' } },
    ],
  }
  const root = await repository.putManifest('v1', Buffer.from(JSON.stringify(index)))
  const pulled = await pullArtifact(repository)
  expect([pulled.root.digest, pulled.descriptor.digest]).toEqual([root.digest, amd.digest])
  expect((await unpack(pulled.open())).text('a')).toBe('amd')
  const armOnly = { ...index, manifests: index.manifests.slice(0, 1) }
  await repository.putManifest('arm', Buffer.from(JSON.stringify(armOnly)))
  await expect(pullArtifact(repository, 'arm')).rejects.toThrow(withCode('PLATFORM_NOT_FOUND'))
})

test('a manifest without layers has nothing to pull', async () => {
  const repository = inProcess()
  const config = { mediaType: mediaTypes.empty, size: 2, digest: digestOf('{}') }
  await repository.putBlob(config, () => chunks('{}'))
  await repository.putManifest('v1', Buffer.from(JSON.stringify({ schemaVersion: 2, config, layers: [] })))
  await expect(pullArtifact(repository)).rejects.toThrow('no layers found in artifact')
})

test('listArtifacts() sorts descending, filters, and leaves out what belongs to signatures', async () => {
  const repository = inProcess()
  const tags = [
    '1.0.0',
    '1.1.0',
    '2.0.0-rc.1',
    'latest',
    `sha256-${'a'.repeat(64)}`,
    `sha256-${'a'.repeat(64)}.sig`,
  ]
  const root = await pushArtifact(repository, await pack(appTree()), metadata, { tags })
  expect((await listArtifacts(repository)).map(({ tag }) => tag)).toEqual([
    'latest',
    '2.0.0-rc.1',
    '1.1.0',
    '1.0.0',
  ])
  expect(await listArtifacts(repository, { semver: '>=1.1', regex: '^1' })).toEqual([
    {
      artifact: 'reg.example/apps/podinfo:1.1.0',
      tag: '1.1.0',
      digest: root.digest,
      source: 'src',
      revision: 'main@sha1:abc',
    },
  ])
  await expect(listArtifacts(repository, { regex: '(' })).rejects.toThrow(withCode('FILTER_INVALID'))
})

test('tagArtifact() puts the same manifest under each tag and stops at one that is none', async () => {
  const repository = inProcess()
  const root = await pushArtifact(repository, await pack(appTree()), metadata, { tags: ['v1'] })
  const done: string[] = []
  await expect(tagArtifact(repository, 'v1', ['prod', 'not a tag'], (tag) => done.push(tag))).rejects.toThrow(
    withCode('REFERENCE_INVALID'),
  )
  expect(done).toEqual(['prod'])
  expect((await repository.resolve('prod')).digest).toBe(root.digest)
})
