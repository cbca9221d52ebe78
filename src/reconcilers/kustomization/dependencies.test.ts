import { expect, test } from 'vitest'
import type { Kustomization } from '#api'
import { checkCycles, checkDependencies } from './dependencies.ts'

function named(name: string, dependsOn: string[] = [], status: object = {}, source = 'src'): Kustomization {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: 'x', generation: 2 },
    spec: {
      interval: '1m',
      prune: true,
      sourceRef: { kind: 'OCIRepository', name: source },
      dependsOn: dependsOn.map((dependency) => ({ name: dependency })),
    },
    status: {
      observedGeneration: 2,
      conditions: [{ type: 'Ready', status: 'True', reason: 'R', message: '', lastTransitionTime: '' }],
      lastAppliedRevision: 'v1',
      ...status,
    },
  }
}
const among =
  (...all: Kustomization[]): ((key: string) => Kustomization | undefined) =>
  (key) =>
    all.find(({ metadata }) => `x/${metadata.name}` === key)

test('a dependency that is ready at our revision lets us pass', () => {
  expect(() => checkDependencies(named('app', ['base']), 'v1', among(named('base')))).not.toThrow()
})

test.each<[string, Kustomization[], string]>([
  [
    'is not there',
    [],
    'dependency \'x/base\' not found: kustomizations.kustomize.toolkit.fluxcd.io "base" not found',
  ],
  [
    'has not seen its newest generation',
    [named('base', [], { observedGeneration: 1 })],
    "dependency 'x/base' is not ready",
  ],
  ['is not Ready', [named('base', [], { conditions: [] })], "dependency 'x/base' is not ready"],
  [
    'applied another revision of our source',
    [named('base', [], { lastAppliedRevision: 'v0' })],
    "dependency 'x/base' revision is not up to date",
  ],
])('a dependency that %s holds us', (_what, all, message) => {
  expect(() => checkDependencies(named('app', ['base']), 'v1', among(...all))).toThrow(message)
})

test('a dependency with another source may be at any revision', () => {
  expect(() =>
    checkDependencies(
      named('app', ['base']),
      'v1',
      among(named('base', [], { lastAppliedRevision: 'v0' }, 'other')),
    ),
  ).not.toThrow()
})

test('a cycle is named with its path, also when others lie between', () => {
  const a = named('a', ['b'])
  const b = named('b', ['c'])
  const c = named('c', ['a'])
  expect(() => checkCycles(a, among(a, b, c))).toThrow('dependency cycle: x/a → x/b → x/c → x/a')
  expect(() => checkCycles(named('self', ['self']), among())).toThrow('dependency cycle: x/self → x/self')
  expect(() => checkCycles(named('d', ['a']), among(a, b, c))).not.toThrow()
})
