import { execFile } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Listener, listen } from '#base'
import { createRegistry } from '#registry'
import { commandPages } from '../src/cli/pages.ts'
import { createProgram } from '../src/cli/program.ts'
import { processTerminal } from '../src/cli/terminal.ts'
import { describeWithPeers, peer } from './support/peers.ts'

const root = join(import.meta.dirname, '..')
const bin = join(root, 'bin', 'sluice')

let folder: string
let registry: Listener
let host: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-program-'))
  registry = await listen(createRegistry().handler)
  host = new URL(registry.url).host
  mkdirSync(join(folder, 'app'))
  writeFileSync(join(folder, 'app', 'cm.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n')
  symlinkSync(bin, join(folder, 'flux'))
  await shell(`${bin} --version`)
})
afterAll(async () => {
  await registry.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Outcome {
  exit: number
  stdout: string
  stderr: string
}

function shell(script: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const env = { ...process.env, HOME: folder, PATH: `${folder}:${process.env.PATH}`, KUBECONFIG: '' }
    execFile('bash', ['-o', 'pipefail', '-c', script], { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ exit: typeof error?.code === 'number' ? error.code : error ? 1 : 0, stdout, stderr })
    })
  })
}

const push = (name: string, tag: string): string =>
  `${name} push artifact oci://${host}/art/app:${tag} --path app --source s --revision r --reproducible`

describe('the program', () => {
  test('keeps its streams apart, and in order when they are one', async () => {
    const apart = await shell(push(bin, 'v1'))
    expect(apart.exit).toBe(0)
    expect(apart.stdout).toMatch(new RegExp(`^${host}/art/app@sha256:[0-9a-f]{64}\n$`))
    expect(apart.stderr).toBe(
      `► pushing artifact to ${host}/art/app:v1\n✔ artifact successfully pushed to ${apart.stdout}`,
    )
    const merged = await shell(`${push(bin, 'v1')} 2>&1`)
    expect(merged.stdout).toBe(apart.stderr + apart.stdout)
  })

  test('behaves the same when it is called flux, but for the name that it gives itself', async () => {
    const ours = await shell(push(bin, 'v1'))
    expect(await shell(push('flux', 'v1'))).toEqual(ours)
    expect((await shell('flux nope')).stderr).toBe('✗ unknown command "nope" for "flux"\n')
    expect((await shell('flux --version')).stdout).toMatch(/^flux version \d/)
  })

  test('shows help on standard output, for groups too, and exits with 0', async () => {
    for (const line of [
      '--help',
      '',
      'get',
      'get sources',
      'push artifact --help',
      'help get ks',
      'registry',
    ]) {
      const { exit, stdout, stderr } = await shell(`${bin} ${line}`)
      expect({ line, exit, stderr }).toEqual({ line, exit: 0, stderr: '' })
      expect(stdout, line).toContain('Usage:\n  sluice')
    }
  })

  test('exits with 1 and one line for what it does not understand', async () => {
    for (const line of [
      'nope',
      '--nope',
      'get bogus',
      'get ks --timeout=soon',
      'demo extra',
      'pull artifact',
    ]) {
      const { exit, stdout, stderr } = await shell(`${bin} ${line}`)
      expect({ line, exit, stdout }).toEqual({ line, exit: 1, stdout: '' })
      expect(stderr, line).toMatch(/^✗ [^\n]+\n$/)
    }
  })

  test('never shows a stack trace, unless it is asked for one', async () => {
    const line = `${bin} pull artifact oci://127.0.0.1:1/a/b:1 -o app`
    expect((await shell(line)).stderr).not.toMatch(/^ {4}at /m)
    const told = await shell(`SLUICE_DEBUG=1 ${line}`)
    expect(told.stderr).toContain('CONNECTION_FAILED: ')
    expect(told.stderr).toMatch(/^ {4}at /m)
  })

  test('is quiet when the reader of its output has had enough', async () => {
    await shell(push(bin, 'v1'))
    const { exit, stderr } = await shell(`set +o pipefail; ${bin} --help | head -1 >/dev/null`)
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
  })

  test('reads standard input from a pipe and from a file', async () => {
    const line = `${bin} push artifact oci://${host}/art/in:1 -f - --source s --revision r --reproducible 2>/dev/null`
    const piped = await shell(`cat app/cm.yaml | ${line}`)
    expect(piped.exit).toBe(0)
    expect((await shell(`${line} < app/cm.yaml`)).stdout).toBe(piped.stdout)
  })

  test('takes the login of a Docker config file, and says nothing of it when it is wrong', async () => {
    const guarded = await listen(createRegistry({ users: { robot: 'very-secret' } }).handler)
    const target = `oci://${new URL(guarded.url).host}/art/app:1 --path app --source s --revision r`
    const refused = await shell(`${bin} push artifact ${target}`)
    expect(refused).toMatchObject({ exit: 1, stdout: '' })
    const auths = {
      [new URL(guarded.url).host]: { auth: Buffer.from('robot:very-secret').toString('base64') },
    }
    mkdirSync(join(folder, '.docker'))
    writeFileSync(join(folder, '.docker', 'config.json'), JSON.stringify({ auths }))
    expect((await shell(`${bin} push artifact ${target}`)).exit).toBe(0)
    const creds = await shell(`${bin} push artifact ${target} --creds robot:very-secret`)
    expect(creds.stderr).toMatch(/^► logging in to registry with credentials\n► pushing artifact to /)
    const wrong = await shell(`SLUICE_DEBUG=1 ${bin} push artifact ${target} --creds robot:other-secret`)
    expect(wrong.exit).toBe(1)
    expect(wrong.stderr).not.toMatch(/secret/)
    await guarded.close()
  })
})

describeWithPeers('what it pushes, other programs take from a pipe', ['crane'], () => {
  test('sluice push artifact … | xargs crane digest', async () => {
    const { stdout } = await shell(
      `${push(bin, 'piped')} 2>/dev/null | xargs ${peer('crane')} digest --insecure`,
    )
    const pushed = await shell(push(bin, 'piped'))
    expect(pushed.stdout.trim()).toBe(`${host}/art/app@${stdout.trim()}`)
  })
})

describe('docs/commands', () => {
  const pages = commandPages(createProgram(processTerminal('sluice')))
  test('has a page for every command, and no other', () => {
    expect(readdirSync(join(root, 'docs/commands')).sort()).toEqual([...pages.keys()].sort())
  })
  test.each([...pages].filter(([file]) => file !== 'run.md'))('%s says what --help says', (file, text) => {
    const path = join(root, 'docs/commands', file)
    expect(existsSync(path) && readFileSync(path, 'utf8')).toBe(text)
  })
})
