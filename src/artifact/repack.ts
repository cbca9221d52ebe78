import { FileTree } from '#base'
import { gzip } from './pack.ts'
import { writeTar } from './tar.ts'

/**
 * A tree as the gzipped tar that Flux's controllers store and serve: like a pushed one, but files 0600 (0700 when somebody
 * may run them) and folders 0750.
 */
export function repack(tree: FileTree): Promise<Uint8Array> {
  const files = [...tree.files].map(
    ([path, { mode, data }]) => [path, { mode: mode & 0o111 ? 0o700 : 0o600, data }] as const,
  )
  const folders = [...tree.directories.keys()].map((path) => [path, 0o750] as const)
  return gzip(writeTar(new FileTree(files, folders)))
}
