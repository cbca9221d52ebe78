import { expect, test } from 'vitest'
import { isCode } from '#base'
import { annotationsOf, describeArtifact } from './metadata.ts'
import { pack } from './pack.ts'
import { appTree } from './testdata/app-tree.ts'

test('describeArtifact() gives the manifest that Flux intends, byte for byte, when the layer is the one of Go', async () => {
  // Node's zlib compresses otherwise than Go, so the measured layer's digest and size stand in for ours.
  const layer = await pack(appTree())
  expect(layer.diffId).toBe('sha256:19811c60776ffe54dd79dc654b655ad02b6a169fd0ef5f5ab77791283dc9ca51')
  const digest = 'sha256:ff30bd2d657304ec063db08c746d181f35434530a4f77d5d97eaf1e361cd5bf8' as const
  const measured = { ...layer, descriptor: { ...layer.descriptor, digest, size: 259 } }
  const { manifest } = describeArtifact(measured, { source: 'src', revision: 'main@sha1:abc' })
  expect(manifest.descriptor.digest).toBe(
    'sha256:8a9cd3df4382750c7ffb2b74facbf7a981637873f99beee3897fdb46d23ee8d6',
  )
})

test('annotationsOf() lets the user override the standard ones and refuses a created that is no time', () => {
  expect(
    annotationsOf({ source: 's', annotations: { 'org.opencontainers.image.source': 't', b: '1' } }),
  ).toEqual({
    b: '1',
    'org.opencontainers.image.created': '1970-01-01T00:00:00Z',
    'org.opencontainers.image.source': 't',
  })
  expect(() => annotationsOf({ created: 'yesterday' })).toThrow(
    expect.toSatisfy((error) => isCode(error, 'CREATED_INVALID')),
  )
})
