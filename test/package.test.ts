import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')

test('what the package installs runs by itself: no source, no dependencies beside it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-package-'))
  try {
    // Without scripts: the build is there, and building it again would pull it from under the other tests.
    const { stdout } = await run(
      'npm',
      ['pack', '--ignore-scripts', '--json', '--pack-destination', folder],
      { cwd: root },
    )
    const [packed] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[]
    expect(packed?.files.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['bin/sluice', 'dist/main.js', 'LICENSE', 'examples/demo/base/deployment.yaml']),
    )
    expect(packed?.files.filter(({ path }) => path.startsWith('src/'))).toEqual([])
    await run('tar', ['xzf', join(folder, packed?.filename ?? ''), '-C', folder])
    const sluice = join(folder, 'package', 'bin', 'sluice')
    expect((await run(process.execPath, [sluice, '--version'])).stdout).toMatch(/^sluice version \d/)
    expect((await run(process.execPath, [sluice, 'demo', '--once'], { timeout: 60_000 })).stdout).toContain(
      'Ready in',
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
