import { expect, test } from 'vitest'
import type { Kustomization, KustomizationSpec } from '#api'
import { checkSupported, impersonatedUser, retryIntervalOf, timeoutOf } from './settings.ts'

const spec = (fields: Partial<KustomizationSpec> = {}): KustomizationSpec => ({
  interval: '10m',
  prune: true,
  sourceRef: { kind: 'OCIRepository', name: 'src' },
  ...fields,
})
const object = (fields: Partial<KustomizationSpec>): Kustomization => ({
  apiVersion: 'x',
  kind: 'Kustomization',
  metadata: { name: 'a', namespace: 'ns' },
  spec: spec(fields),
})

test('the timeout is the interval less half a minute, and never under half a minute', () => {
  expect(timeoutOf(spec())).toBe(570_000)
  expect(timeoutOf(spec({ timeout: '5s' }))).toBe(30_000)
  expect(timeoutOf(spec({ interval: '40s' }))).toBe(30_000)
  expect(timeoutOf(spec({ timeout: '2m' }))).toBe(120_000)
})

test('a failure is tried again after the interval, or the retry interval', () => {
  expect(retryIntervalOf(spec())).toBe(600_000)
  expect(retryIntervalOf(spec({ retryInterval: '5s' }))).toBe(5000)
})

test.each<[Partial<KustomizationSpec>, string]>([
  [{ postBuild: {} }, 'found spec.postBuild'],
  [{ decryption: { provider: 'sops' } }, 'found spec.decryption'],
  [{ kubeConfig: { secretRef: { name: 'x' } } }, 'found spec.kubeConfig'],
  [{ dependsOn: [{ name: 'a', readyExpr: 'true' }] }, 'found spec.dependsOn[].readyExpr'],
  [{ sourceRef: { kind: 'Bucket', name: 'b' } }, 'found spec.sourceRef.kind Bucket'],
])('what is not carried out yet is refused by name: %j', (fields, message) => {
  expect(() => checkSupported(object(fields))).toThrow(message)
})

test('a service account is acted as, the default where the object names none', () => {
  expect(impersonatedUser(object({ serviceAccountName: 'tenant' }), 'default')).toBe(
    'system:serviceaccount:ns:tenant',
  )
  expect(impersonatedUser(object({}), 'default')).toBe('system:serviceaccount:ns:default')
  expect(impersonatedUser(object({}), undefined)).toBeUndefined()
})
