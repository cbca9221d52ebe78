import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const sluice = join(import.meta.dirname, '..', 'bin', 'sluice')
const configMap = (value: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: hello\ndata:\n  key: ${value}\n`

describe('sluice up', () => {
  let folder: string
  let up: ChildProcess
  let output = ''
  let ended: Promise<number | null>
  const count = (text: string): number => output.split(text).length - 1

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-up-'))
    writeFileSync(join(folder, 'hello.yaml'), configMap('one'))
    up = spawn(sluice, ['up', folder], { stdio: ['ignore', 'pipe', 'pipe'] })
    ended = new Promise((resolve) => up.on('exit', resolve))
    for (const stream of [up.stdout, up.stderr])
      stream?.on('data', (chunk: Buffer) => {
        output += chunk.toString()
      })
  })
  afterAll(() => {
    up.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  test('delivers a folder without a kustomization and without a namespace', async () => {
    await expect.poll(() => output, { timeout: 30_000 }).toContain('Watching')
    expect(output).toMatch(/✔ ready +1 objects applied and healthy/)
  })

  test('delivers it again when a file changes', async () => {
    writeFileSync(join(folder, 'hello.yaml'), configMap('two'))
    await expect.poll(() => count('✔ ready'), { timeout: 15_000 }).toBe(2)
  })

  test('tells a mistake and goes on watching', async () => {
    writeFileSync(join(folder, 'hello.yaml'), 'kind: [\n')
    await expect.poll(() => output, { timeout: 15_000 }).toMatch(/^✗ .*hello\.yaml/m)
    writeFileSync(join(folder, 'hello.yaml'), configMap('three'))
    await expect.poll(() => count('✔ ready'), { timeout: 15_000 }).toBe(3)
  })

  test('stops cleanly at Ctrl-C', async () => {
    up.kill('SIGINT')
    expect(await ended).toBe(0)
  })
})
