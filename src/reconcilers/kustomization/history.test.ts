import { expect, test } from 'vitest'
import { addToHistory } from './history.ts'

const outcome = (
  digest: string,
  lastReconciled: string,
  lastReconciledStatus = 'ReconciliationSucceeded',
): Parameters<typeof addToHistory>[1] => ({
  digest,
  lastReconciled,
  lastReconciledDuration: '1s',
  lastReconciledStatus,
  metadata: { revision: 'v1' },
})

test('an equal outcome is counted and moves to the front, another is added, and five are kept', () => {
  let history = addToHistory([], outcome('a', 't1'))
  history = addToHistory(history, outcome('b', 't2'))
  history = addToHistory(history, outcome('a', 't3'))
  expect(
    history.map(({ digest, firstReconciled, lastReconciled, totalReconciliations }) => [
      digest,
      firstReconciled,
      lastReconciled,
      totalReconciliations,
    ]),
  ).toEqual([
    ['a', 't1', 't3', 2],
    ['b', 't2', 't2', 1],
  ])
  for (const digest of 'cdefg') history = addToHistory(history, outcome(digest, 't4'))
  expect(history.map(({ digest }) => digest).join('')).toBe('gfedc')
})

test('the same build with another end is another entry', () => {
  const history = addToHistory(addToHistory([], outcome('a', 't1', 'HealthCheckFailed')), outcome('a', 't2'))
  expect(history.map(({ lastReconciledStatus }) => lastReconciledStatus)).toEqual([
    'ReconciliationSucceeded',
    'HealthCheckFailed',
  ])
})
