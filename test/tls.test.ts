import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApiServer } from '#apiserver'
import { formatYaml, type Listener, listen } from '#base'
import { connect, readClusterConfig } from '#kube'

const run = promisify(execFile)

// Every way in which a kubeconfig says who we are, against a server with TLS that wants to know.
describe('connecting to a cluster over TLS', () => {
  let folder: string
  let api: Listener
  const path = (name: string): string => join(folder, name)

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-tls-'))
    await makeCertificates(folder)
    const server = await createApiServer({ token: 'let-me-in' })
    const tls = {
      cert: readFileSync(path('server.crt'), 'utf8'),
      key: readFileSync(path('server.key'), 'utf8'),
    }
    api = await listen(server.handler, { tls })
    writeFileSync(path('token'), 'let-me-in\n')
    writeFileSync(
      path('login.sh'),
      `#!/bin/sh\nprintf '{"status":{"token":"let-me-in"},"seen":%s}' "$KUBERNETES_EXEC_INFO"\n`,
    )
    chmodSync(path('login.sh'), 0o700)
  })
  afterAll(async () => {
    await api.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const versionAs = async (
    user: object,
    cluster: object = { 'certificate-authority': 'ca.crt' },
  ): Promise<unknown> => {
    const context = { name: 'c', context: { cluster: 'c', user: 'u' } }
    const config = {
      clusters: [{ name: 'c', cluster: { server: api.url, ...cluster } }],
      users: [{ name: 'u', user }],
      contexts: [context],
      'current-context': 'c',
    }
    writeFileSync(path('kubeconfig'), formatYaml(config))
    const connection = await connect(readClusterConfig({ env: { KUBECONFIG: path('kubeconfig') } }))
    try {
      return await connection.cluster.list({ apiVersion: 'v1', kind: 'Namespace' })
    } finally {
      await connection.close()
    }
  }

  test.each<[string, () => object]>([
    ['a token', () => ({ token: 'let-me-in' })],
    ['a token file', () => ({ tokenFile: path('token') })],
    [
      'a credential program',
      () => ({
        exec: {
          apiVersion: 'client.authentication.k8s.io/v1',
          command: path('login.sh'),
          provideClusterInfo: true,
        },
      }),
    ],
  ])('with %s', async (_how, user) => {
    expect(await versionAs(user())).toMatchObject({ resourceVersion: expect.any(String) })
  })

  test('the CA may be inline', async () => {
    const ca = readFileSync(path('ca.crt')).toString('base64')
    expect(await versionAs({ token: 'let-me-in' }, { 'certificate-authority-data': ca })).toBeTruthy()
  })

  test('a server of another CA is refused, unless that was asked for', async () => {
    await expect(versionAs({ token: 'let-me-in' }, {})).rejects.toMatchObject({ code: 'CONNECTION_FAILED' })
    expect(await versionAs({ token: 'let-me-in' }, { 'insecure-skip-tls-verify': true })).toBeTruthy()
  })

  test('a wrong token and a broken program are told apart, and no token is told', async () => {
    await expect(versionAs({ token: 'wrong' })).rejects.toMatchObject({ code: 'KUBE_UNAUTHORIZED' })
    const failure = await versionAs({
      exec: { apiVersion: 'client.authentication.k8s.io/v1', command: '/bin/false' },
    }).catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'KUBE_CREDENTIALS_FAILED',
      message: 'Cannot get cluster credentials from /bin/false: it ended with 1',
    })
  })
})

async function makeCertificates(folder: string): Promise<void> {
  const openssl = (...args: string[]): Promise<unknown> => run('openssl', args, { cwd: folder })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  await openssl('req', '-x509', ...key, '-subj', '/CN=test CA', '-keyout', 'ca.key', '-out', 'ca.crt')
  await openssl(
    'req',
    ...key.slice(0, 5),
    '-subj',
    '/CN=127.0.0.1',
    '-keyout',
    'server.key',
    '-out',
    'server.csr',
  )
  writeFileSync(join(folder, 'names'), 'subjectAltName=IP:127.0.0.1\n')
  await openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'ca.crt',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    'names',
    '-out',
    'server.crt',
  )
}
