import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'

/** The real programs that tests stand on; scripts/peers.sh says where they come from. */
export type Peer =
  | 'kubectl'
  | 'kustomize'
  | 'crane'
  | 'oras'
  | 'docker-registry'
  | 'cosign'
  | 'notation'
  | 'etcd'
  | 'age'

const root = join(import.meta.dirname, '../..')
let folder: string | undefined

/** Absolute path of a peer; the first call fetches what is missing. Throws when it cannot be had. */
export function peer(name: Peer): string {
  folder ??= execFileSync('bash', [join(root, 'scripts/peers.sh')], { encoding: 'utf8' }).trim()
  const path = join(folder, name)
  if (!existsSync(path)) throw new Error(`Cannot find the program ${name}: found none in the peers' folder`)
  return path
}

/**
 * A suite that needs real programs. Where they are missing it is skipped with their names in its title; in CI a missing
 * one is a failure.
 */
export function describeWithPeers(title: string, peers: readonly Peer[], suite: () => void): void {
  const missing = peers.filter((name) => !isThere(name))
  if (missing.length === 0) describe(title, suite)
  else if (process.env.CI === 'true') throw new Error(`${title}: missing in CI: ${missing.join(', ')}`)
  else describe.skip(`${title} (missing: ${missing.join(', ')})`, suite)
}

function isThere(name: Peer): boolean {
  try {
    return peer(name) !== ''
  } catch {
    return false
  }
}
