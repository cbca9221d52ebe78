import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDiskStore } from '#apiserver'

const root = join(import.meta.dirname, '..')

// Writes and removes a few objects over and over, some of them large, so that the log is folded while it is killed; says what
// is done only after it is done. A write is told by its number and its revision, a removal by a minus in place of the number.
const program = `
  import { openDiskStore } from '#apiserver'
  import { writeSync } from 'node:fs'
  const store = await openDiskStore(process.argv[2])
  const say = (...words) => writeSync(1, words.join(' ') + '\\n')
  for (let i = Number(process.argv[3]); ; i++) {
    const metadata = { name: 'x' + (i % 20), namespace: 'a' }
    const gone = i % 7 === 0 ? store.remove('/configmaps', metadata) : undefined
    if (gone) say(metadata.name, '-', gone.metadata.resourceVersion)
    const data = { i: String(i), pad: 'p'.repeat(i % 3 === 0 ? 400_000 : 10) }
    const stored = store.put('/configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata, data })
    say(metadata.name, i, stored.metadata.resourceVersion)
  }
`

let dir: string
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sluice-kill-'))
  await build({
    stdin: { contents: program, resolveDir: root, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: join(dir, 'writer.mjs'),
    logLevel: 'error',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)",
    },
  })
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

interface Acknowledged {
  /** The number that was written last under each name; absent when it was removed. */
  numbers: Map<string, number>
  next: number
  revision: number
  lines: number
}

/** Lets a writer run for \`ms\` after its first word, kills it, and notes what it had said. */
async function runAndKill(data: string, known: Acknowledged, ms: number): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, [join(dir, 'writer.mjs'), data, String(known.next)])
  let said = ''
  let complaint = ''
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  child.stderr?.on('data', (chunk) => (complaint += String(chunk)))
  await new Promise<void>((resolve) => {
    child.stdout?.on('data', (chunk) => {
      said += String(chunk)
      resolve()
    })
    child.once('close', () => resolve())
  })
  await new Promise((resolve) => setTimeout(resolve, ms))
  child.kill('SIGKILL')
  await ended
  expect([complaint, child.signalCode]).toEqual(['', 'SIGKILL'])
  for (const line of said.split('\n').slice(0, -1)) {
    const [name = '', number = '', revision] = line.split(' ')
    if (number === '-') known.numbers.delete(name)
    else {
      known.numbers.set(name, Number(number))
      known.next = Number(number) + 1
    }
    known.revision = Number(revision)
    known.lines++
  }
}

test('after kill -9 every acknowledged write is there, and revisions go on', async () => {
  const data = join(dir, 'data')
  const known: Acknowledged = { numbers: new Map(), next: 1, revision: 0, lines: 0 }
  for (let round = 0; round < 8; round++) {
    await runAndKill(data, known, Math.random() * 250)
    const store = await openDiskStore(data)
    expect(store.revision).toBeGreaterThanOrEqual(known.revision)
    // At most one step more than was told: it was done, and the process died before it said so.
    expect(store.revision).toBeLessThanOrEqual(known.revision + 1)
    const told = store.revision === known.revision
    const found = new Map(
      store.list('/configmaps').map(({ metadata, data: content }) => {
        const { i, pad } = content as { i: string; pad: string }
        expect(pad.length).toBe(Number(i) % 3 === 0 ? 400_000 : 10)
        return [metadata.name, Number(i)] as const
      }),
    )
    if (told) expect(found).toEqual(known.numbers)
    const differing = [...found.keys(), ...known.numbers.keys()].filter(
      (name) => found.get(name) !== known.numbers.get(name),
    )
    expect(new Set(differing).size).toBeLessThanOrEqual(1)
    const after = store.put('/configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'mark', namespace: 'a' },
      data: { i: '1', pad: 'p'.repeat(10) },
    })
    expect(Number(after.metadata.resourceVersion)).toBe(store.revision)
    known.numbers = new Map([...found, ['mark', 1]])
    known.revision = store.revision
    await store.close()
  }
  expect(known.lines).toBeGreaterThan(100)
})
