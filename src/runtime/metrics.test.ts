import { expect, test } from 'vitest'
import { createMetrics } from './metrics.ts'

test('metrics are rendered in the text format, and a gone object leaves no series', () => {
  const metrics = createMetrics()
  metrics.count('controller_runtime_reconcile_total', { controller: 'kustomization', result: 'success' })
  metrics.gauge('workqueue_depth', { name: 'kustomization' }, () => 4)
  metrics.observe(
    'gotk_reconcile_duration_seconds',
    { kind: 'Kustomization', name: 'a"b', namespace: 'x' },
    0.3,
  )
  const text = metrics.render()
  expect(text).toContain('controller_runtime_reconcile_total{controller="kustomization",result="success"} 1')
  expect(text).toContain('workqueue_depth{name="kustomization"} 4')
  expect(text).toContain(
    'gotk_reconcile_duration_seconds_bucket{kind="Kustomization",name="a\\"b",namespace="x",le="0.25"} 0',
  )
  expect(text).toContain(
    'gotk_reconcile_duration_seconds_bucket{kind="Kustomization",name="a\\"b",namespace="x",le="0.5"} 1',
  )
  expect(text).toContain(
    'gotk_reconcile_duration_seconds_count{kind="Kustomization",name="a\\"b",namespace="x"} 1',
  )
  metrics.forget({ kind: 'Kustomization', name: 'a"b', namespace: 'x' })
  expect(metrics.render()).not.toContain('gotk_reconcile_duration_seconds_count{')
})
