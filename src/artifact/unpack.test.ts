import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { FileTree, isCode, readAll, treeOf } from '#base'
import { pack } from './pack.ts'
import { repack } from './repack.ts'
import { writeTar } from './tar.ts'
import { appTree } from './testdata/app-tree.ts'
import { unpack } from './unpack.ts'

const once = async function* (...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}
const withCode = (code: string) => expect.toSatisfy((error) => isCode(error, code))

test('pack() gives the same bytes for the same tree, with the header of Go, and unpack() gives the tree back', async () => {
  const layer = await pack(appTree())
  const again = await pack(appTree())
  expect(again.descriptor).toEqual(layer.descriptor)
  const bytes = Buffer.from(await readAll(layer.open(), 10_000, 'layer'))
  expect(bytes.subarray(0, 10).toString('hex')).toBe('1f8b08000000000000ff')
  expect(bytes.byteLength).toBe(layer.descriptor.size)
  const tree = await unpack(layer.open())
  expect(tree.directories).toEqual(appTree().directories)
  expect(tree.text('run.sh')).toBe('l')
  expect(tree.file('run.sh')?.mode).toBe(0o755)
})

test('repack() normalises modes as the controllers do', async () => {
  const tree = await unpack(once(await repack(appTree())))
  expect([...tree.directories.values()]).toEqual([0o750, 0o750, 0o750])
  expect(tree.file('run.sh')?.mode).toBe(0o700)
  expect(tree.file('cm.yaml')?.mode).toBe(0o600)
})

test('unpack() refuses a layer that is not gzip', async () => {
  const tar = Buffer.concat([...writeTar(treeOf({ a: 'b' }))])
  for (const bytes of [tar, Buffer.from('x'), Buffer.alloc(0)])
    await expect(unpack(once(bytes))).rejects.toThrow(withCode('LAYER_NOT_GZIP'))
})

test('unpack() refuses a gzip stream that is cut short, broken, or followed by something', async () => {
  const bytes = Buffer.from(await repack(appTree()))
  const broken = Buffer.from(bytes)
  broken.fill(0xff, 40, 60)
  for (const wrong of [bytes.subarray(0, -9), broken, Buffer.concat([bytes, Buffer.from('more')])])
    await expect(unpack(once(wrong.subarray(0, 30), wrong.subarray(30)))).rejects.toThrow(
      withCode('ARCHIVE_INVALID'),
    )
})

test('unpack() refuses a bomb soon, whatever its entries claim', async () => {
  const zeros = new FileTree([['zeros', { mode: 0o644, data: new Uint8Array(64 * 1024 * 1024) }]])
  const bomb = gzipSync(Buffer.concat([...writeTar(zeros)]))
  await expect(unpack(once(bomb))).rejects.toThrow(withCode('LIMIT_EXCEEDED'))
})

test('unpack() passes on what its stream throws, also at the very end', async () => {
  const bytes = await repack(appTree())
  const failing = async function* (): AsyncGenerator<Uint8Array> {
    yield bytes
    throw new Error('the digest was wrong')
  }
  await expect(unpack(failing())).rejects.toThrow('the digest was wrong')
})
