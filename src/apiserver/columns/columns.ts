import type { Resource } from '../resource.ts'
import { type Column, nameColumn } from './column.ts'
import { customColumns } from './custom.ts'
import { networkColumns } from './network.ts'
import { otherColumns } from './other.ts'
import { workloadColumns } from './workloads.ts'

const byBucket: Readonly<Record<string, readonly Column[]>> = {
  ...workloadColumns,
  ...networkColumns,
  ...otherColumns,
}

const createdAt: Column = { name: 'Created At', cell: ({ metadata }) => metadata.creationTimestamp ?? '' }

/** The columns in which `kubectl get` shows a kind; name and time of creation when it has no others. */
export function columnsOf(resource: Resource): readonly Column[] {
  if (resource.custom) return customColumns(resource.custom.columns)
  return byBucket[resource.bucket] ?? [nameColumn, createdAt]
}
