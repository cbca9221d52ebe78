import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isCode, messageOf } from '#base'
import { parseChallenges } from './auth.ts'
import { dockerCredentials, firstOf, parseCreds, parseDockerConfig } from './credentials.ts'
import { openLoginFile } from './disk.ts'
import { runHelper } from './exec.ts'

const auth = (text: string) => Buffer.from(text).toString('base64')
const basic = (username: string, password: string) => ({ kind: 'basic', username, password })
const noHelper = async () => undefined
const sourceOf = (config: unknown) =>
  dockerCredentials(parseDockerConfig(JSON.stringify(config), 'config.json'), noHelper)

test('a Docker config is asked by host, by path, by wildcard, and under every name of Docker Hub', async () => {
  const source = sourceOf({
    auths: {
      'https://index.docker.io/v1/': { auth: auth('hub:pass:word') },
      'ghcr.io': { username: 'u', password: 'p' },
      'ghcr.io/org': { auth: auth('org:p') },
      '*.azurecr.io': { identitytoken: 'refresh' },
      'https://quay.io': { registrytoken: 'bearer' },
      'localhost:5000': {},
    },
  })
  expect(await source('index.docker.io', 'library/x')).toEqual(basic('hub', 'pass:word'))
  expect(await source('ghcr.io', 'other/app')).toEqual(basic('u', 'p'))
  expect(await source('ghcr.io', 'org/app')).toEqual(basic('org', 'p'))
  expect(await source('ghcr.io', 'organisation/app')).toEqual(basic('u', 'p'))
  expect(await source('my.azurecr.io', 'x')).toEqual({ kind: 'identity', token: 'refresh' })
  expect(await source('quay.io', 'x')).toEqual({ kind: 'bearer', token: 'bearer' })
  expect(await source('localhost:5000', 'x')).toBeUndefined()
  expect(await source('localhost:5001', 'x')).toBeUndefined()
  expect(await source('evil-ghcr.io', 'x')).toBeUndefined()
})

test('several configs make one keychain, the first answer wins', async () => {
  const one = sourceOf({ auths: { 'a.io': { auth: auth('a:1') } } })
  const two = sourceOf({ auths: { 'a.io': { auth: auth('a:2') }, 'b.io': { auth: auth('b:2') } } })
  expect(await firstOf([one, two])('a.io', 'x')).toEqual(basic('a', '1'))
  expect(await firstOf([one, two])('b.io', 'x')).toEqual(basic('b', '2'))
})

test('parseCreds() takes what has no colon as a bearer token', () => {
  expect(parseCreds('u:p:q')).toEqual(basic('u', 'p:q'))
  expect(parseCreds('token')).toEqual({ kind: 'bearer', token: 'token' })
})

test.each([
  '{"auths":{"a":{"auth":"s3cret-canary!"}}}',
  '{"auths":{"a":"s3cret-canary"}}',
  '{s3cret-canary',
  '[]',
])('parseDockerConfig() refuses %s without repeating what is in it', (text) => {
  try {
    parseDockerConfig(text, '/home/u/.docker/config.json')
    expect.unreachable()
  } catch (error) {
    expect(isCode(error, 'DOCKER_CONFIG_INVALID')).toBe(true)
    expect(messageOf(error)).not.toContain('s3cret')
  }
})

test('logins are read from DOCKER_CONFIG, then home, then Podman, and credHelpers run', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'sluice-login-'))
  try {
    const config = (host: string) => JSON.stringify({ auths: { [host]: { auth: auth(`${host}:p`) } } })
    await writeFile(join(dir, 'auth.json'), config('podman.io'))
    const env = { REGISTRY_AUTH_FILE: join(dir, 'auth.json') }
    expect(await openLoginFile({ env, home: dir })('podman.io', 'x')).toEqual(basic('podman.io', 'p'))
    await mkdir(join(dir, '.docker'))
    await writeFile(join(dir, '.docker', 'config.json'), config('home.io'))
    expect(await openLoginFile({ env, home: dir })('podman.io', 'x')).toBeUndefined()
    expect(await openLoginFile({ env, home: dir })('home.io', 'x')).toEqual(basic('home.io', 'p'))
    await mkdir(join(dir, 'dc'))
    await writeFile(join(dir, 'dc', 'config.json'), config('env.io'))
    const withEnv = openLoginFile({ env: { ...env, DOCKER_CONFIG: join(dir, 'dc') }, home: dir })
    expect(await withEnv('env.io', 'x')).toEqual(basic('env.io', 'p'))
    await writeFile(join(dir, 'dc', 'config.json'), 'nonsense')
    await expect(
      openLoginFile({ env: { DOCKER_CONFIG: join(dir, 'dc') }, home: dir })('a.io', 'x'),
    ).rejects.toThrow('config.json')
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})

test('runHelper() speaks the protocol of credential helpers', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'sluice-helper-'))
  const path = process.env.PATH
  try {
    const script = `#!/bin/sh\nread server\ncase "$server" in\n  a.io) echo '{"Username":"u","Secret":"p"}';;\n  t.io) echo '{"Username":"<token>","Secret":"r"}';;\n  bad.io) echo 'no json';;\n  *) echo 'credentials not found in native keychain'; exit 1;;\nesac\n`
    await writeFile(join(dir, 'docker-credential-test'), script)
    await chmod(join(dir, 'docker-credential-test'), 0o755)
    process.env.PATH = `${dir}:${path}`
    expect(await runHelper('test', 'a.io')).toEqual(basic('u', 'p'))
    expect(await runHelper('test', 't.io')).toEqual({ kind: 'identity', token: 'r' })
    expect(await runHelper('test', 'none.io')).toBeUndefined()
    for (const [helper, server] of [
      ['test', 'bad.io'],
      ['absent', 'a.io'],
      ['../evil', 'a.io'],
    ] as const)
      await expect(runHelper(helper, server)).rejects.toThrow(
        expect.toSatisfy((error) => isCode(error, 'CREDENTIAL_HELPER_FAILED')),
      )
  } finally {
    process.env.PATH = path
    await rm(dir, { recursive: true, force: true })
  }
})

test.each([
  ['Basic realm="x"', [['basic', { realm: 'x' }]]],
  [
    'Bearer realm="https://a/token",service="a",scope="repository:x:pull,push"',
    [['bearer', { realm: 'https://a/token', service: 'a', scope: 'repository:x:pull,push' }]],
  ],
  [
    'Negotiate, Basic realm="a \\"b\\", c", BEARER Realm=x',
    [
      ['negotiate', {}],
      ['basic', { realm: 'a "b", c' }],
      ['bearer', { realm: 'x' }],
    ],
  ],
  ['', []],
  ['=== ,,, "', []],
])('parseChallenges() reads %s', (header, wanted) => {
  expect(parseChallenges(header).map(({ scheme, parameters }) => [scheme, parameters])).toEqual(wanted)
})
