import type { KubeObject } from '#api'
import type { PrinterColumn } from '../resource.ts'
import { type Cell, type Column, nameColumn, since } from './column.ts'
import { evaluateJsonPath } from './jsonpath.ts'

/** The columns that a CRD declares, after the name. */
export function customColumns(columns: readonly PrinterColumn[]): Column[] {
  return [nameColumn, ...columns.map(customColumn)]
}

function customColumn({ name, type, format, description, priority, jsonPath }: PrinterColumn): Column {
  return {
    name,
    type,
    ...(format ? { format } : {}),
    ...(description ? { description } : {}),
    ...(priority ? { priority } : {}),
    cell: (object, now) => cellOf(object, { type, jsonPath }, now),
  }
}

function cellOf(object: KubeObject, column: { type: string; jsonPath: string }, now: number): Cell {
  const found = evaluateJsonPath(object, column.jsonPath)
  if (found.length === 0) return column.type === 'date' ? '<unknown>' : null
  if (column.type === 'date') return since(found[0], now)
  const [value] = found
  if (column.type === 'integer' || column.type === 'number') return typeof value === 'number' ? value : null
  if (column.type === 'boolean') return typeof value === 'boolean' ? value : null
  return found.map(textOf).join(' ')
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '<none>'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
