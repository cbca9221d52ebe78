import { describe, expect, test } from 'vitest'
import { parseKubeconfig } from './kubeconfig.ts'

const source = (text: string, file = 'config'): Parameters<typeof parseKubeconfig>[0][number] => ({
  file,
  text,
  read: (path) => `<${path}>`,
})
const config = `
apiVersion: v1
kind: Config
current-context: dev
contexts:
- name: dev
  context: {cluster: c1, user: u1, namespace: apps}
- name: prod
  context: {cluster: c2, user: u2}
clusters:
- name: c1
  cluster: {server: "https://one:6443/", certificate-authority-data: ${Buffer.from('CA').toString('base64')}}
- name: c2
  cluster: {server: "https://two", insecure-skip-tls-verify: true, certificate-authority: ca.pem}
users:
- name: u1
  user: {token: secret}
- name: u2
  user:
    exec: {apiVersion: client.authentication.k8s.io/v1, command: login, args: [--now], env: [{name: A, value: b}]}
`

describe('parseKubeconfig()', () => {
  test('takes the current context', () => {
    expect(parseKubeconfig([source(config)])).toEqual({
      server: 'https://one:6443',
      ca: 'CA',
      token: 'secret',
      namespace: 'apps',
    })
  })

  test('takes another context with a credential program and files beside it', () => {
    expect(parseKubeconfig([source(config)], { context: 'prod' })).toEqual({
      server: 'https://two',
      ca: '<ca.pem>',
      insecureTls: true,
      exec: {
        apiVersion: 'client.authentication.k8s.io/v1',
        command: 'login',
        args: ['--now'],
        env: { A: 'b' },
        provideClusterInfo: false,
      },
    })
  })

  test('lets the first of several files define a name', () => {
    const other = 'current-context: prod\nusers:\n- name: u1\n  user: {token: other}\n'
    expect(parseKubeconfig([source(config), source(other)]).token).toBe('secret')
    expect(parseKubeconfig([source(other), source(config)]).server).toBe('https://two')
  })

  test('says what is missing', () => {
    expect(() => parseKubeconfig([source(config)], { context: 'nope' })).toThrow(/found no context "nope"/)
    expect(() => parseKubeconfig([source('{}')])).toThrow(/Cannot reach a cluster: found no current context/)
    expect(() => parseKubeconfig([source('a: [', 'broken')])).toThrow(/^Cannot read broken:/)
  })
})
