import { expect, test } from 'vitest'
import type { KubeObject } from '#api'
import { builtinKinds } from './builtin/index.ts'
import { builtinResource } from './resource.ts'
import { labelSelectorOf, parseFieldSelector, parseLabelSelector } from './selectors.ts'

const pod = builtinResource(builtinKinds.find(({ plural }) => plural === 'pods')!)
const labels = { app: 'web', tier: 'front', 'x.io/n': '5' }

test.each([
  ['', true],
  ['app=web', true],
  ['app==web,tier!=back', true],
  ['app!=web', false],
  ['missing!=x', true],
  ['app', true],
  ['!app', false],
  ['!missing', true],
  ['app in (web, api),tier', true],
  ['app notin (web)', false],
  ['missing notin (web)', true],
  ['x.io/n>4', true],
  ['x.io/n<4', false],
  ['app=', false],
])('the label selector %j selects: %s', (text, selected) => {
  expect(parseLabelSelector(text)(labels)).toBe(selected)
})

test.each(['a=b=c', 'a in web', ',', 'a b', '=x'])('the label selector %j is a bad request', (text) => {
  expect(() => parseLabelSelector(text)).toThrow(/unable to parse requirement/)
})

test('the selector of a workload knows all operators', () => {
  const selects = labelSelectorOf({
    matchLabels: { app: 'web' },
    matchExpressions: [
      { key: 'tier', operator: 'In', values: ['front', 'back'] },
      { key: 'gone', operator: 'DoesNotExist' },
      { key: 'app', operator: 'Exists' },
      { key: 'gone', operator: 'NotIn', values: ['x'] },
    ],
  })
  expect(selects(labels)).toBe(true)
  expect(selects({ ...labels, gone: 'x' })).toBe(false)
  expect(labelSelectorOf(undefined)(labels)).toBe(false)
})

test('fields select by what the kind allows, and by nothing else', () => {
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'x', namespace: 'a' },
    status: { phase: 'Running' },
  }
  const selects = (text: string): boolean => parseFieldSelector(pod, text)(object)
  expect(selects('metadata.name=x,status.phase!=Failed')).toBe(true)
  expect(selects('spec.nodeName=')).toBe(true)
  expect(selects('status.phase==Pending')).toBe(false)
  expect(() => selects('spec.containers=x')).toThrow('field label not supported: spec.containers')
  expect(() => selects('nonsense')).toThrow(/invalid selector/)
})
