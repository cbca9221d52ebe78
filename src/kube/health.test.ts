import { describe, expect, test } from 'vitest'
import type { KubeObject } from '#api'
import { healthOf } from './health.ts'

const object = (
  apiVersion: string,
  kind: string,
  spec: object = {},
  status: object = {},
  metadata: object = {},
): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'x', generation: 1, ...metadata },
  spec,
  status,
})
const condition = (type: string, status: string, reason = 'R', message = 'because'): object => ({
  type,
  status,
  reason,
  message,
})
const rolledOut = [condition('Available', 'True'), condition('Progressing', 'True', 'NewReplicaSetAvailable')]

describe('healthOf() judges as kstatus does', () => {
  test.each<[string, KubeObject | undefined, string, string]>([
    ['nothing', undefined, 'NotFound', 'Resource not found'],
    [
      'an object being deleted',
      object('v1', 'ConfigMap', {}, {}, { deletionTimestamp: 'now' }),
      'Terminating',
      'Resource scheduled for deletion',
    ],
    ['a ConfigMap', object('v1', 'ConfigMap'), 'Current', 'Resource is always ready'],
    ['an unknown kind without conditions', object('x.io/v1', 'Thing'), 'Current', 'Resource is current'],
    [
      'an unknown kind not Ready',
      object('x.io/v1', 'Thing', {}, { conditions: [condition('Ready', 'False')] }),
      'InProgress',
      'because',
    ],
    [
      'a stalled object',
      object('x.io/v1', 'Thing', {}, { conditions: [condition('Stalled', 'True')] }),
      'Failed',
      'because',
    ],
    [
      'a reconciling object',
      object('x.io/v1', 'Thing', {}, { conditions: [condition('Reconciling', 'True')] }),
      'InProgress',
      'because',
    ],
    [
      'an object whose controller lags behind',
      object('x.io/v1', 'Thing', {}, { observedGeneration: 0 }),
      'InProgress',
      'Thing generation is 1, but latest observed generation is 0',
    ],
    ['a Deployment nobody has looked at', object('apps/v1', 'Deployment'), 'InProgress', 'replicas: 0/1'],
    [
      'a Deployment rolled out',
      object(
        'apps/v1',
        'Deployment',
        { replicas: 2 },
        { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2, conditions: rolledOut },
      ),
      'Current',
      'Deployment is available. Replicas: 2',
    ],
    [
      'a Deployment half ready',
      object(
        'apps/v1',
        'Deployment',
        { replicas: 2 },
        { replicas: 2, updatedReplicas: 2, readyReplicas: 1, availableReplicas: 1 },
      ),
      'InProgress',
      'Available: 1/2',
    ],
    [
      'a Deployment scaled to zero',
      object('apps/v1', 'Deployment', { replicas: 0 }, { conditions: rolledOut }),
      'Current',
      'Deployment is available. Replicas: 0',
    ],
    [
      'a Deployment past its deadline',
      object(
        'apps/v1',
        'Deployment',
        {},
        { conditions: [condition('Progressing', 'False', 'ProgressDeadlineExceeded')] },
      ),
      'Failed',
      'Progress deadline exceeded',
    ],
    [
      'a StatefulSet half ready',
      object('apps/v1', 'StatefulSet', { replicas: 3 }, { replicas: 3, readyReplicas: 2 }),
      'InProgress',
      'Ready: 2/3',
    ],
    [
      'a DaemonSet on no node yet',
      object('apps/v1', 'DaemonSet', {}, { observedGeneration: 1, desiredNumberScheduled: 1 }),
      'InProgress',
      'Current: 0/1',
    ],
    [
      'a Job running',
      object('batch/v1', 'Job', {}, { startTime: 't', active: 1 }),
      'InProgress',
      'Job in progress. active: 1',
    ],
    [
      'a Job done',
      object('batch/v1', 'Job', {}, { succeeded: 1, conditions: [condition('Complete', 'True')] }),
      'Current',
      'Job Completed. succeeded: 1',
    ],
    [
      'a Job failed',
      object('batch/v1', 'Job', {}, { conditions: [condition('Failed', 'True')] }),
      'Failed',
      'Job Failed. because',
    ],
    ['a Job suspended', object('batch/v1', 'Job', { suspend: true }), 'Current', 'Job is suspended'],
    [
      'a Pod in a crash loop',
      object(
        'v1',
        'Pod',
        {},
        { phase: 'Running', containerStatuses: [{ state: { waiting: { reason: 'CrashLoopBackOff' } } }] },
      ),
      'Failed',
      'Containers in CrashLoop state',
    ],
    [
      'a claim unbound',
      object('v1', 'PersistentVolumeClaim', {}, { phase: 'Pending' }),
      'InProgress',
      'PVC is not Bound. phase: Pending',
    ],
    [
      'a CRD established',
      object(
        'apiextensions.k8s.io/v1',
        'CustomResourceDefinition',
        {},
        { conditions: [condition('Established', 'True')] },
      ),
      'Current',
      'CRD is established',
    ],
    [
      'a CRD whose names clash',
      object(
        'apiextensions.k8s.io/v1',
        'CustomResourceDefinition',
        {},
        { conditions: [condition('NamesAccepted', 'False')] },
      ),
      'Failed',
      'because',
    ],
  ])('%s', (_what, input, status, message) => {
    expect(healthOf(input)).toEqual({ status, message })
  })
})
