import { describe, expect, test } from 'vitest'
import { FileTree, joinPath, treeOf } from './tree.ts'

describe('FileTree', () => {
  test('knows the folders that its files imply', () => {
    const tree = treeOf({ 'a/b/c.yaml': 'x', 'd.yaml': 'y' })
    expect([...tree.directories.keys()].sort()).toEqual(['.', 'a', 'a/b'])
    expect(tree.text('a/b/c.yaml')).toBe('x')
    expect(tree.size).toBe(2)
  })

  test.each(['../x', '/x', 'a/../x', './x', '', 'a//b', 'a\\b', 'a\0b'])('refuses the path %j', (path) => {
    expect(() => treeOf({ [path]: '' })).toThrow(/Cannot put/)
  })

  test('refuses a name that is both a file and a folder', () => {
    expect(() => treeOf({ a: '', 'a/b': '' })).toThrow(/both a file and a folder/)
  })

  test('gives a folder as a tree of its own', () => {
    const tree = treeOf({ 'deploy/app.yaml': 'x', 'other.yaml': 'y' })
    expect([...(tree.subtree('deploy')?.files.keys() ?? [])]).toEqual(['app.yaml'])
    expect(tree.subtree('missing')).toBeUndefined()
  })

  test('keeps permission bits of files and folders', () => {
    const tree = new FileTree([['run.sh', { mode: 0o755, data: new Uint8Array() }]], [['empty', 0o700]])
    expect(tree.file('run.sh')?.mode).toBe(0o755)
    expect(tree.directories.get('empty')).toBe(0o700)
  })
})

test.each([
  ['a/b', '../c', 'a/c'],
  ['.', './x', 'x'],
  ['a', '..', '.'],
  ['a', '../..', undefined],
  ['a', '/etc', undefined],
  ['a', 'b/./c/', 'a/b/c'],
])('joinPath(%j, %j) is %j', (base, path, expected) => {
  expect(joinPath(base, path)).toBe(expected)
})
