import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { FileTree, isCode } from '#base'
import { writeTar } from './tar.ts'
import { appTree } from './testdata/app-tree.ts'
import { readTar } from './untar.ts'

// Written by a program over Go 1.26's archive/tar: one file "l\n" of mode 0644 under that name, size and hash of the archive.
const names = JSON.parse(readFileSync(new URL('./testdata/tar-names.json', import.meta.url), 'utf8')) as {
  name: string
  size: number
  sha256: string
}[]

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

test('writeTar() gives the 5632 bytes that Flux 2.9 gives for the same tree', () => {
  const bytes = Buffer.concat([...writeTar(appTree())])
  expect(bytes.byteLength).toBe(5632)
  expect(sha256(bytes)).toBe('19811c60776ffe54dd79dc654b655ad02b6a169fd0ef5f5ab77791283dc9ca51')
})

test.each(names)('writeTar() writes the name $name as Go does', ({ name, size, sha256: wanted }) => {
  const tree = new FileTree([[name, { mode: 0o644, data: Buffer.from('l\n') }]])
  const archive = Buffer.concat([...writeTar(tree)])
  // Go's archive holds the file alone; ours begins with the root and the folders above, one block each unless they are long.
  const only = archive.subarray(archive.byteLength - size)
  expect(sha256(only)).toBe(wanted)
})

const pieces = async function* (bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size)
}

test('readTar() gives back every tree that writeTar() writes, in chunks of any size', async () => {
  const part = fc.stringMatching(/^[a-zé0-9][a-zé0-9 ._-]{0,119}$/u).filter((name) => !/^\.{1,2}$/.test(name))
  const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
  const file = fc.record({
    mode: fc.integer({ min: 0, max: 0o777 }),
    data: fc.uint8Array({ maxLength: 1500 }),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(path, file, { maxKeys: 8 }),
      fc.integer({ min: 1, max: 3000 }),
      async (files, size) => {
        const names = Object.keys(files)
        fc.pre(names.every((a) => names.every((b) => !b.startsWith(`${a}/`))))
        const tree = new FileTree(Object.entries(files))
        const back = await readTar(pieces(Buffer.concat([...writeTar(tree)]), size))
        const plain = (t: FileTree) =>
          new Map([...t.files].map(([p, f]) => [p, [f.mode, Buffer.from(f.data).toString('hex')]]))
        expect(plain(back)).toEqual(plain(tree))
        expect(back.directories).toEqual(tree.directories)
      },
    ),
    { numRuns: 60 },
  )
})

interface Raw {
  name?: string
  flag?: string
  data?: string
  link?: string
  size?: number
  magic?: string
}

function rawTar(...entries: Raw[]): Uint8Array {
  const blocks = entries.map(({ name = 'f', flag = '0', data = '', link = '', size, magic = 'ustar\0' }) => {
    const block = Buffer.alloc(512)
    block.write(name, 0, 'utf8')
    block.write('0000644\0', 100)
    block.write(`${(size ?? Buffer.byteLength(data)).toString(8).padStart(11, '0')}\0`, 124)
    block.write('        ', 148)
    block.write(flag, 156)
    block.write(link, 157)
    block.write(magic, 257)
    block.write(
      `${block
        .reduce((a, b) => a + b, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    )
    const body = Buffer.alloc(Math.ceil(Buffer.byteLength(data) / 512) * 512)
    body.write(data)
    return Buffer.concat([block, body])
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

const read = (...entries: Raw[]) => readTar(pieces(rawTar(...entries), 700))
const withCode = (code: string) => expect.toSatisfy((error) => isCode(error, code))

test.each<[string, Raw[]]>([
  ['an absolute name', [{ name: '/etc/passwd' }]],
  ['a name that climbs', [{ name: 'a/../../b' }]],
  ['a name that is ..', [{ name: '..', flag: '5' }]],
  ['a backslash', [{ name: 'a\\b' }]],
  ['no name', [{ name: '' }]],
  ['a device', [{ flag: '3' }]],
  ['a block device', [{ flag: '4' }]],
  ['a pipe', [{ flag: '6' }]],
  ['an unknown type', [{ flag: 'Z' }]],
  ['a GNU sparse file', [{ flag: 'S' }]],
  ['a PAX sparse file', [{ flag: 'x', data: '22 GNU.sparse.major=1\n' }, {}]],
  ['a hard link to nowhere', [{ flag: '1', link: 'nothing' }]],
  ['a hard link out of the tree', [{ flag: '1', link: '../../etc/passwd' }]],
  ['a PAX name that climbs', [{ flag: 'x', data: '13 path=../x\n' }, {}]],
  ['a GNU long name that climbs', [{ flag: 'L', data: '../../x' }, {}]],
  ['the same file twice', [{ name: 'a' }, { name: './a' }]],
])('readTar() refuses %s', async (_, entries) => {
  await expect(read(...entries)).rejects.toThrow(withCode('ARCHIVE_REFUSED'))
})

test.each<[string, string, Raw[]]>([
  ['a file over the limit', 'LIMIT_EXCEEDED', [{ size: 2 ** 30 }]],
  ['a path over the limit', 'LIMIT_EXCEEDED', [{ flag: 'L', data: 'a/'.repeat(600) }, {}]],
  ['a PAX header over the limit', 'LIMIT_EXCEEDED', [{ flag: 'x', size: 2 ** 30 }]],
  ['a broken PAX record', 'ARCHIVE_INVALID', [{ flag: 'x', data: '999 path=x\n' }, {}]],
  ['a PAX record of length zero', 'ARCHIVE_INVALID', [{ flag: 'x', data: '0 path=x\n' }, {}]],
  ['an entry that is cut short', 'ARCHIVE_INVALID', [{ size: 5000 }]],
  ['a file in the place of a folder', 'TREE_PATH_INVALID', [{ name: 'a' }, { name: 'a/b' }]],
])('readTar() refuses %s', async (_, code, entries) => {
  await expect(read(...entries)).rejects.toThrow(withCode(code))
})

test('readTar() refuses bytes that are no tar archive', async () => {
  await expect(readTar(pieces(Buffer.alloc(1024, 'x'), 100))).rejects.toThrow(withCode('ARCHIVE_INVALID'))
  await expect(readTar(pieces(Buffer.alloc(100, 'x'), 100))).rejects.toThrow(withCode('ARCHIVE_INVALID'))
})

test('readTar() leaves out symbolic links and git comments, copies hard links, and reads GNU and old archives', async () => {
  const tree = await read(
    { flag: 'g', data: '19 comment=0123456\n' },
    { name: 'link', flag: '2', link: '/etc/passwd' },
    { name: './old/', flag: '\0' },
    { name: 'old/a', data: 'text' },
    { name: 'hard', flag: '1', link: './old/a' },
    { flag: 'L', data: `${'n'.repeat(150)}\0`, magic: 'ustar  \0' },
    { name: 'n'.repeat(99), data: 'long', magic: 'ustar  \0' },
  )
  expect([...tree.files.keys()]).toEqual(['old/a', 'hard', 'n'.repeat(150)])
  expect(tree.text('hard')).toBe('text')
  expect(tree.isDirectory('old')).toBe(true)
})
