import { expect, test } from 'vitest'
import { FileTree, treeOf } from '#base'
import { diffTrees } from './tree-diff.ts'

test('what was added, changed and removed is named by path', () => {
  const before = treeOf({ 'same.yaml': 'a', 'gone.yaml': 'b', 'dir/changed.yaml': 'c' })
  const after = treeOf({ 'same.yaml': 'a', 'dir/changed.yaml': 'C', 'new/x.yaml': 'd' })
  expect(diffTrees(before, after)).toEqual([
    { change: 'changed', path: 'dir/changed.yaml' },
    { change: 'removed', path: 'gone.yaml' },
    { change: 'added', path: 'new' },
    { change: 'added', path: 'new/x.yaml' },
  ])
})
test('a file that may now be run has changed, equal trees have not', () => {
  const data = new TextEncoder().encode('x')
  const tree = (mode: number): FileTree => new FileTree([['run.sh', { mode, data }]])
  expect(diffTrees(tree(0o644), tree(0o755))).toEqual([{ change: 'changed', path: 'run.sh' }])
  expect(diffTrees(tree(0o644), tree(0o644))).toEqual([])
})
