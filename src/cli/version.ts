import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isObject, SluiceError } from '#base'

/** The version of the package that this code is part of, from the nearest package.json above that names it. */
export function readVersion(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const version = versionIn(join(folder, 'package.json'))
    if (version !== undefined) return version
    if (folder === dirname(folder))
      throw new SluiceError(
        'INSTALLATION_BROKEN',
        'Cannot tell the version: found no package.json, wanted ours',
      )
  }
}

function versionIn(file: string): string | undefined {
  try {
    const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'))
    // The build writes a package.json of its own without a name.
    if (isObject(manifest) && manifest['name'] === 'sluice') return String(manifest['version'])
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return undefined
}
