import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ran, run, type Servers, startServers } from './support/command-line.ts'

const digest = /sha256:[0-9a-f]{64}/
const origin = ['--source=https://example.test/app.git', '--revision=main@sha1:aaaa']

let servers: Servers
let app: string
let out: string

beforeAll(async () => {
  servers = await startServers()
  app = join(servers.folder, 'app')
  out = join(servers.folder, 'out')
  mkdirSync(app)
  mkdirSync(out)
  writeFileSync(join(app, 'cm.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n')
  writeFileSync(join(app, 'logo.png'), 'not packed')
  writeFileSync(join(app, 'empty.yaml'), '')
})
afterAll(() => servers.close())

const at = (path: string): string => `oci://${servers.registry}/${path}`
const push = (path: string, ...flags: string[]): Promise<Ran> =>
  run(['push', 'artifact', at(path), '--path', app, ...origin, ...flags])

test('push prints the address with the digest and nothing else on standard output', async () => {
  const ran = await push('art/app:v1')
  const address = new RegExp(`^${servers.registry}/art/app@${digest.source}\n$`)
  expect(ran.stdout).toMatch(address)
  expect(ran.stderr).toBe(
    `► pushing artifact to ${servers.registry}/art/app:v1\n✔ artifact successfully pushed to ${ran.stdout}`,
  )
  expect(ran.exit).toBe(0)
})

test('push --reproducible gives the same digest in every time zone', async () => {
  const digests = new Set<string>()
  for (const TZ of ['UTC', 'Europe/Bucharest'])
    digests.add(
      (
        await run(['push', 'artifact', at('art/rep'), '--path', app, ...origin, '--reproducible'], {
          env: { TZ },
        })
      ).stdout,
    )
  expect(digests.size).toBe(1)
})

test('push -o json and yaml say the same, and nothing else', async () => {
  const json = await push('art/app:v2', '-o', 'json', '--reproducible')
  const pushed = JSON.parse(json.stdout) as Record<string, string>
  expect(Object.keys(pushed)).toEqual(['url', 'repository', 'tag', 'digest'])
  expect(pushed).toMatchObject({ repository: `${servers.registry}/art/app`, tag: 'v2' })
  expect(json.stderr).toBe('')
  const yaml = await push('art/app:v2', '-o', 'yaml', '--reproducible')
  expect(yaml.stdout).toBe(
    `digest: ${pushed['digest']}\nrepository: ${pushed['repository']}\ntag: v2\nurl: ${pushed['url']}\n`,
  )
})

test('push takes further tags, annotations with "=" in them, and standard input under a fixed name', async () => {
  const ran = await push('art/tags:one', '--tag', 'two', '--tag=three,four', '-a', 'note=a=b')
  expect(ran.exit).toBe(0)
  const listed = await run(['list', 'artifacts', at('art/tags'), '-o', 'json'])
  expect((JSON.parse(listed.stdout) as { tag: string }[]).map(({ tag }) => tag)).toEqual([
    'two',
    'three',
    'one',
    'four',
  ])
  const words = ['push', 'artifact', at('art/stdin'), '-f', '-', ...origin, '--reproducible']
  const first = await run(words, { stdin: 'kind: A\n\r\n' })
  const second = await run(words, { stdin: 'kind: A' })
  expect(first.stdout).toBe(second.stdout)
  expect((await run(words, { stdin: '\n' })).stderr).toContain('✗ stdin was empty')
})

test('pull extracts what was pushed and says where it comes from', async () => {
  const pushed = await push('art/app:v3')
  const ran = await run(['pull', 'artifact', at('art/app:v3'), '--output', out])
  expect(ran).toEqual({
    exit: 0,
    stdout: '',
    stderr: ran.merged,
    merged: [
      `► pulling artifact from ${servers.registry}/art/app:v3`,
      '✔ source https://example.test/app.git',
      '✔ revision main@sha1:aaaa',
      `✔ digest ${pushed.stdout.trim()}`,
      `✔ artifact content extracted to ${out}\n`,
    ].join('\n'),
  })
  expect(readdirSync(out).sort()).toEqual(['cm.yaml', 'empty.yaml'])
  expect(readFileSync(join(out, 'cm.yaml'))).toEqual(readFileSync(join(app, 'cm.yaml')))
  const json = await run(['pull', 'artifact', at('art/app:v3'), '-o', out, '--format', 'json'])
  expect(JSON.parse(json.stdout)).toMatchObject({ revision: 'main@sha1:aaaa', output: out })
})

test('tag names the same artifact, list shows both newest first by text, with filters and a limit', async () => {
  await push('art/list:1.0.0', '--reproducible')
  const tagged = await run(['tag', 'artifact', at('art/list:1.0.0'), '--tag', '1.1.0', '--tag', 'latest'])
  expect(tagged.stderr).toBe(
    `► tagging artifact\n✔ artifact tagged as ${servers.registry}/art/list:1.1.0\n✔ artifact tagged as ${servers.registry}/art/list:latest\n`,
  )
  const rows = async (...flags: string[]): Promise<string[]> => {
    const { stdout } = await run(['list', 'artifacts', at('art/list'), ...flags])
    return stdout
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split('\t')[0]?.trim().split(':').at(-1) ?? '')
  }
  expect(await rows()).toEqual(['latest', '1.1.0', '1.0.0'])
  expect(await rows('--filter-semver', '>=1.0.0 <1.1.0')).toEqual(['1.0.0'])
  expect(await rows('--filter-regex', '^lat')).toEqual(['latest'])
  expect(await rows('--limit', '1')).toEqual(['latest'])
  const none = await run(['list', 'artifacts', at('art/list'), '--filter-semver', '>=9'])
  expect(none.stdout).toBe('ARTIFACT\tDIGEST\tSOURCE\tREVISION \n')
})

test('diff compares content and names what differs', async () => {
  await push('art/diff:v1')
  const same = await run(['diff', 'artifact', at('art/diff:v1'), '--path', app])
  expect(same).toMatchObject({ exit: 0, stdout: '', stderr: '✔ no changes detected\n' })
  const other = await run([
    'diff',
    'artifact',
    at('art/diff:v1'),
    '--path',
    app,
    '--add-ignore-paths',
    'empty.yaml',
  ])
  expect(other).toMatchObject({
    exit: 1,
    stdout: 'removed empty.yaml\n',
    stderr: '✗ the remote artifact contents differs from the local one\n',
  })
})

test('build writes the layer that push pushes', async () => {
  const file = join(servers.folder, 'a.tgz')
  const built = await run(['build', 'artifact', '-p', app, '-o', file, '--format', 'json'])
  const { digest: layer } = JSON.parse(built.stdout) as { digest: string }
  const { createHash } = await import('node:crypto')
  expect(`sha256:${createHash('sha256').update(readFileSync(file)).digest('hex')}`).toBe(layer)
  const told = await run(['build', 'artifact', '-p', app, '-o', file])
  expect(told.stderr).toBe(`► building artifact from ${app}\n✔ artifact created at ${file}\n`)
})

test.each([
  [['push', 'artifact'], 'artifact URL is required'],
  [['push', 'artifact', '@/a/b:1'], '--source is required'],
  [['push', 'artifact', '@/a/b:1', '--source=s'], '--revision is required'],
  [['push', 'artifact', '@/a/b:1', '--source=s', '--revision=r'], 'invalid path ""'],
  [
    [
      'push',
      'artifact',
      `@/a/b@sha256:${'a'.repeat(64)}`,
      '--source=s',
      '--revision=r',
      '--path=test/support',
    ],
    `Cannot push to @/a/b@sha256:${'a'.repeat(64)}: found a digest, wanted a tag or none`,
  ],
  [
    ['push', 'artifact', '@/a/b:1', '-o', 'xml'],
    'invalid argument "xml" for "-o, --output" flag: must be one of: json, yaml',
  ],
  [
    ['push', 'artifact', '@/a/b:1', '--source=s', '--revision=r', '--path=test/support', '-a', 'nothing'],
    'invalid annotation nothing, must be in the format key=value',
  ],
  [
    ['pull', 'artifact', '@/a/b:1', '-o', '.', '--provider', 'aws'],
    'Cannot log in with --provider aws: found a cloud login, wanted --provider generic with --creds or a Docker login',
  ],
  [['tag', 'artifact', '@/a/b:1'], '--tag is required'],
  [['tag', 'artifact', '@/a/b:1', '--tag', 'a b'], /^tag can only contain the characters/],
  [['list', 'artifacts', '@/none/here'], /^listing tags failed: GET .*: NAME_UNKNOWN: /],
  [['list', 'artifacts', '@/a/b', '--limit', '0'], /must be a whole number of at least 1$/],
  [['build', 'artifact'], 'invalid path ""'],
  [['build', 'artifact', '-p', '/nowhere'], /^invalid path '\/nowhere', must point to an existing/],
] as [string[], string | RegExp][])('%j is refused', async (words, message) => {
  const here = (text: string): string => text.replace('@/', `${servers.registry}/`)
  const ran = await run(words.map((word) => (word.startsWith('@/') ? `oci://${here(word)}` : word)))
  const told = ran.stderr.trimEnd().split('\n').at(-1)?.slice(2) ?? ''
  if (typeof message === 'string') expect(told).toBe(here(message))
  else expect(told).toMatch(message)
  expect(ran).toMatchObject({ exit: 1, stdout: '' })
})
