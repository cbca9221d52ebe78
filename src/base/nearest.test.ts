import { expect, test } from 'vitest'
import { nearest, suggestion } from './nearest.ts'

test.each([
  ['OC IRepository', 'OCIRepository'],
  ['kustomizaton', 'Kustomization'],
  ['Deploymnet', 'Deployment'],
  ['xyz', undefined],
])('nearest(%j) is %j', (word, expected) => {
  expect(nearest(word, ['OCIRepository', 'Kustomization', 'Deployment'])).toBe(expected)
})

test('suggestion() is a tail for a message, or nothing', () => {
  expect(suggestion('prun', ['prune'])).toBe(', did you mean prune?')
  expect(suggestion('other', ['prune'])).toBe('')
})
