import { expect, test } from 'vitest'
import type { KubeObject } from '#api'
import { adoptFields } from './managers.ts'
import { normalize } from './normalize.ts'

const metadata = { name: 'x', namespace: 'y' }

test('a Secret is applied with its stringData folded into data', () => {
  const secret: KubeObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata,
    data: { a: 'MQ==' },
    stringData: { b: '2' },
  }
  expect(normalize(secret)).toEqual({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata,
    data: { a: 'MQ==', b: 'Mg==' },
  })
  expect(secret['stringData']).toEqual({ b: '2' })
})

test('ports are applied with their protocol, and status is not applied', () => {
  const container = { name: 'c', ports: [{ containerPort: 80 }, { containerPort: 53, protocol: 'UDP' }] }
  const pod: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { containers: [container] },
    status: { phase: 'Running' },
  }
  expect(normalize(pod)).toEqual({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: {
      containers: [
        {
          name: 'c',
          ports: [
            { containerPort: 80, protocol: 'TCP' },
            { containerPort: 53, protocol: 'UDP' },
          ],
        },
      ],
    },
  })
})

test('adoptFields() folds what kubectl owns into our entry and leaves status and other managers alone', () => {
  const entry = (
    manager: string,
    operation: 'Apply' | 'Update',
    fieldsV1: Record<string, unknown>,
    subresource?: string,
  ): object => ({ manager, operation, fieldsV1, ...(subresource ? { subresource } : {}) })
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      ...metadata,
      managedFields: [
        entry('ours', 'Apply', { 'f:data': { 'f:a': {} } }),
        entry('kubectl-edit', 'Update', { 'f:data': { 'f:b': {} } }),
        entry('kubectl', 'Update', { 'f:status': {} }, 'status'),
        entry('other', 'Apply', { 'f:data': { 'f:c': {} } }),
      ],
    },
  } as KubeObject
  expect(adoptFields(object, 'ours')?.map(({ manager, fieldsV1 }) => [manager, fieldsV1])).toEqual([
    ['ours', { 'f:data': { 'f:a': {}, 'f:b': {} } }],
    ['kubectl', { 'f:status': {} }],
    ['other', { 'f:data': { 'f:c': {} } }],
  ])
  expect(
    adoptFields({ ...object, metadata: { ...object.metadata, managedFields: [] } }, 'ours'),
  ).toBeUndefined()
})
