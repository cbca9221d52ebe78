import type { KubeObject } from '#api'
import type { Cell } from './columns/column.ts'
import { columnsOf } from './columns/columns.ts'
import type { Core } from './core.ts'
import { partialOf } from './partial.ts'
import type { ApiRequest } from './request.ts'
import { readAs } from './resource.ts'
import { badRequest } from './status-error.ts'

/** meta.k8s.io/v1 Table: what `kubectl get` prints. */
export interface Table {
  kind: 'Table'
  apiVersion: 'meta.k8s.io/v1'
  metadata: Record<string, unknown>
  columnDefinitions: Record<string, unknown>[]
  rows: { cells: Cell[]; object?: unknown }[]
}

/** Objects as a Table in the columns of their kind. `meta` is the list's metadata. */
export function tableOf(
  core: Core,
  request: ApiRequest,
  objects: readonly KubeObject[],
  meta: object,
): Table {
  const { resource, query } = request
  const columns = columnsOf(resource)
  const include = query.get('includeObject') || 'Metadata'
  if (!['None', 'Metadata', 'Object'].includes(include))
    throw badRequest(`unrecognized includeObject value: "${include}"`)
  const now = core.clock.now()
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { ...meta },
    columnDefinitions: columns.map(
      ({ name, type = 'string', format = '', description = '', priority = 0 }) => ({
        name,
        type,
        format,
        description,
        priority,
      }),
    ),
    rows: objects.map((object) => ({
      cells: columns.map(({ cell }) => cell(object, now)),
      ...(include === 'Metadata' ? { object: partialOf(object) } : {}),
      ...(include === 'Object' ? { object: readAs(resource, object) } : {}),
    })),
  }
}
