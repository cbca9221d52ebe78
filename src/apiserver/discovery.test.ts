import { expect, test } from 'vitest'
import { compareVersions } from './discovery.ts'

test('versions are ordered by stability, then newest first', () => {
  const versions = ['v1alpha1', 'foo', 'v1', 'v10', 'v2beta1', 'v2', 'v1beta2', 'v1beta10']
  expect(versions.sort(compareVersions)).toEqual([
    'v10',
    'v2',
    'v1',
    'v2beta1',
    'v1beta10',
    'v1beta2',
    'v1alpha1',
    'foo',
  ])
})
