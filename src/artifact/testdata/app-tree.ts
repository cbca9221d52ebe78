import { FileTree } from '#base'

/** The tree of the measured vectors, after the default ignore list. */
export function appTree(): FileTree {
  const file = (text: string, mode: number) => ({ mode, data: new TextEncoder().encode(text) })
  return new FileTree(
    [
      ['cm.yaml', file('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n', 0o644)],
      ['sub/ns.yaml', file('apiVersion: v1\nkind: Namespace\nmetadata:\n  name: b\n', 0o644)],
      ['run.sh', file('l', 0o755)],
    ],
    [
      ['empty', 0o755],
      ['sub', 0o755],
    ],
  )
}
