import { expect, test } from 'vitest'
import type { KubeObject } from '#api'
import { entryOf, inventoryOf, parseEntry, staleEntries, unionOf } from './inventory.ts'
import { stagesOf } from './order.ts'

const object = (apiVersion: string, kind: string, name: string, namespace?: string): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace ? { namespace } : {}) },
})

test.each([
  [object('apps/v1', 'Deployment', 'podinfo', 'k-life'), 'k-life_podinfo_apps_Deployment'],
  [object('v1', 'ConfigMap', 'cm1', 'k-life'), 'k-life_cm1__ConfigMap'],
  [object('v1', 'Namespace', 'apps'), '_apps__Namespace'],
  [
    object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'system:node'),
    '_system__node_rbac.authorization.k8s.io_ClusterRole',
  ],
])('an entry names its object as Flux does and reads back', (input, id) => {
  const entry = entryOf(input)
  expect(entry.id).toBe(id)
  const { apiVersion, kind, metadata } = input
  expect(parseEntry(entry)).toEqual({ apiVersion, kind, ...metadata })
})

test('parseEntry() refuses what is no entry', () => {
  expect(() => parseEntry({ id: 'nonsense', v: 'v1' })).toThrow(
    /Cannot read inventory entry: found "nonsense"/,
  )
})

test('an object that only changed its version is not stale', () => {
  const before = inventoryOf([
    object('policy/v1beta1', 'PodDisruptionBudget', 'a', 'x'),
    object('v1', 'Service', 'b', 'x'),
  ])
  const after = inventoryOf([object('policy/v1', 'PodDisruptionBudget', 'a', 'x')])
  expect(staleEntries(before, after)).toEqual([{ id: 'x_b__Service', v: 'v1' }])
  expect(unionOf(before, after).entries).toHaveLength(2)
})

test('stagesOf() puts definitions first, then classes, then the rest in order', () => {
  const names = stagesOf([
    object('apps/v1', 'Deployment', 'd', 'x'),
    object('example.io/v1', 'Widget', 'w', 'x'),
    object('v1', 'ConfigMap', 'c', 'x'),
    object('networking.k8s.io/v1', 'IngressClass', 'i'),
    object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'crd'),
    object('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'v'),
    object('v1', 'Namespace', 'x'),
  ]).map((stage) => [stage.wait, ...stage.objects.map(({ kind }) => kind)])
  expect(names).toEqual([
    [true, 'CustomResourceDefinition', 'Namespace'],
    [true, 'IngressClass'],
    [false, 'ConfigMap', 'Deployment', 'Widget', 'ValidatingWebhookConfiguration'],
  ])
})
