import type { FileTree } from '#base'

/** One way in which two trees differ. */
export interface TreeChange {
  change: 'added' | 'changed' | 'removed'
  path: string
}

/** What turns one tree into another, by path: content and permission bits of files, and folders. */
export function diffTrees(before: FileTree, after: FileTree): TreeChange[] {
  const old = entriesOf(before)
  const fresh = entriesOf(after)
  const paths = [...new Set([...old.keys(), ...fresh.keys()])].sort()
  return paths.flatMap((path): TreeChange[] => {
    const [from, to] = [old.get(path), fresh.get(path)]
    if (!from) return [{ change: 'added', path }]
    if (!to) return [{ change: 'removed', path }]
    return from.mode === to.mode && sameBytes(from.data, to.data) ? [] : [{ change: 'changed', path }]
  })
}

interface Entry {
  mode: number
  /** Absent for a folder. */
  data?: Uint8Array
}

function entriesOf(tree: FileTree): Map<string, Entry> {
  const folders = [...tree.directories].map(([path, mode]) => [path, { mode }] as const)
  return new Map<string, Entry>([...folders, ...tree.files])
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return Buffer.compare(a, b) === 0
}
