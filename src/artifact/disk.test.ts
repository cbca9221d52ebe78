import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FileTree, isCode, treeOf } from '#base'
import { readTree, writeTree } from './disk.ts'
import { defaultIgnorePaths, parseIgnore } from './ignore.ts'
import { writeTar } from './tar.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sluice-disk-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const withCode = (code: string) => expect.toSatisfy((error) => isCode(error, code))

function tarHash(tree: FileTree): string {
  const hash = createHash('sha256')
  for (const piece of writeTar(tree)) hash.update(piece)
  return hash.digest('hex')
}

async function writeApp(): Promise<string> {
  const app = join(dir, 'app')
  for (const folder of ['sub', 'empty', '.git']) await mkdir(join(app, folder), { recursive: true })
  const files = {
    'cm.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n',
    'sub/ns.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: b\n',
    'run.sh': 'l',
    'pic.png': 'x',
    '.gitignore': 'x',
    '.git/HEAD': 'x',
  }
  for (const [path, text] of Object.entries(files)) {
    await writeFile(join(app, path), text)
    await chmod(join(app, path), path === 'run.sh' ? 0o755 : 0o644)
  }
  for (const folder of ['.', 'sub', 'empty', '.git']) await chmod(join(app, folder), 0o755)
  await symlink('cm.yaml', join(app, 'link.yaml'))
  return app
}

test('a folder reads into the tree whose tar is the measured one', async () => {
  const tree = await readTree(await writeApp(), { ignore: parseIgnore(defaultIgnorePaths) })
  expect(tarHash(tree)).toBe('19811c60776ffe54dd79dc654b655ad02b6a169fd0ef5f5ab77791283dc9ca51')
})

test('a single file reads into a folder of mode 0700 that holds it, whose tar is the one of Flux 2.9', async () => {
  const app = await readTree(join(await writeApp(), 'cm.yaml'))
  // Go's gzip of this tar has the measured digest sha256:53c8574e….
  expect(tarHash(app)).toBe('c93fbdb475639ca6d67e4db42f1abe253854255d21040ee60048333234d920cb')
  const tree = await readTree(join(dir, 'app', 'run.sh'))
  expect([...tree.directories]).toEqual([['.', 0o700]])
  expect(tree.file('run.sh')?.mode).toBe(0o755)
})

test('links are left out, or followed when asked, and a link to a folder above ends', async () => {
  const app = await writeApp()
  await symlink('..', join(app, 'sub', 'up'))
  await symlink('sub', join(app, 'again'))
  expect((await readTree(app)).file('link.yaml')).toBeUndefined()
  const followed = await readTree(app, { resolveSymlinks: true })
  expect(followed.text('link.yaml')).toContain('ConfigMap')
  expect(followed.text('again/ns.yaml')).toContain('Namespace')
  expect(followed.directories.get('.')).toBe(0o700)
  await symlink('nowhere', join(app, 'dangling'))
  await expect(readTree(app, { resolveSymlinks: true })).rejects.toThrow(withCode('PATH_UNREADABLE'))
})

test('a link out of the folder is refused when links are followed', async () => {
  const app = await writeApp()
  await writeFile(join(dir, 'secret'), 'of somebody else')
  await symlink('../secret', join(app, 'out'))
  expect((await readTree(app)).file('out')).toBeUndefined()
  await expect(readTree(app, { resolveSymlinks: true })).rejects.toThrow(withCode('LINK_OUTSIDE'))
})

test('what is not there is named as Flux names it', async () => {
  await expect(readTree('/nope')).rejects.toThrow(
    "invalid path '/nope', must point to an existing directory or file: stat /nope: no such file or directory",
  )
  await expect(readTree('/dev/null')).rejects.toThrow(withCode('PATH_NOT_FOUND'))
})

test('writeTree() writes files and modes over what is there, and reads back equal', async () => {
  const app = await readTree(await writeApp())
  const out = join(dir, 'out')
  await mkdir(join(out, 'sub'), { recursive: true })
  await writeFile(join(out, 'cm.yaml'), 'something much longer than what comes: '.repeat(20))
  await writeTree(out, app)
  const back = await readTree(out)
  expect(back.files).toEqual(app.files)
  expect((await stat(join(out, 'run.sh'))).mode & 0o777).toBe(0o755)
})

test('writeTree() follows no link out of its folder', async () => {
  const out = join(dir, 'out')
  await mkdir(out)
  await mkdir(join(dir, 'victim'))
  await writeFile(join(dir, 'victim', 'file'), 'untouched')
  await symlink('../victim', join(out, 'sub'))
  await expect(writeTree(out, treeOf({ 'sub/file': 'new' }))).rejects.toThrow(withCode('PATH_UNWRITABLE'))
  await symlink('../victim/file', join(out, 'file'))
  await expect(writeTree(out, treeOf({ file: 'new' }))).rejects.toThrow(withCode('PATH_UNWRITABLE'))
  expect(await readFile(join(dir, 'victim', 'file'), 'utf8')).toBe('untouched')
  expect((await lstat(join(out, 'sub'))).isSymbolicLink()).toBe(true)
})
