import type { KubeObject } from '#api'
import { isObject } from '#base'
import { objectsAt, textAt } from '../paths.ts'

/** What a cell of a Table may hold. */
export type Cell = string | number | boolean | null

/** One column: `now` is in milliseconds since the epoch. */
export interface Column {
  name: string
  /** OpenAPI type; `string` when absent. */
  type?: string
  format?: string
  description?: string
  /** 1 for columns of `-o wide` only. */
  priority?: number
  cell(object: KubeObject, now: number): Cell
}

/** The column that every kind starts with. */
export const nameColumn: Column = { name: 'Name', format: 'name', cell: ({ metadata }) => metadata.name }

/** How long ago the object was created. */
export function age({ metadata }: KubeObject, now: number): string {
  return since(metadata.creationTimestamp, now)
}

/** The column of age. */
export const ageColumn: Column = { name: 'Age', cell: age }

/** A column of text at a path. */
export function text(name: string, path: string, empty = ''): Column {
  return { name, cell: (object) => textAt(object, path) || empty }
}

/** A column of a number at a path. */
export function number(name: string, path: string): Column {
  return { name, type: 'integer', cell: (object) => Number(textAt(object, path) || 0) }
}

/** The same column, shown by `-o wide` only. */
export function wide(column: Column): Column {
  return { ...column, priority: 1 }
}

/** The time since an RFC 3339 time, as kubectl writes ages: `45s`, `3m12s`, `5h`, `2d3h`, `1y20d`. */
export function since(time: unknown, now: number): string {
  if (typeof time !== 'string' || time === '') return '<unknown>'
  const then = Date.parse(time)
  return Number.isNaN(then) ? '<unknown>' : humanDuration(now - then)
}

/** Milliseconds as kubectl writes ages. */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 120) return `${seconds}s`
  const minutes = Math.trunc(seconds / 60)
  if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's')
  if (minutes < 180) return `${minutes}m`
  const hours = Math.trunc(minutes / 60)
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm')
  if (hours < 48) return `${hours}h`
  const days = Math.trunc(hours / 24)
  if (days < 8) return pair(days, 'd', hours % 24, 'h')
  if (days < 730) return `${days}d`
  const years = Math.trunc(days / 365)
  return years < 8 ? pair(years, 'y', days % 365, 'd') : `${years}y`
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`
}

/** `a=1,b=2`, sorted, `<none>` when empty. */
export function formatLabels(labels: unknown): string {
  if (!isObject(labels) || Object.keys(labels).length === 0) return '<none>'
  return Object.keys(labels)
    .sort()
    .map((key) => `${key}=${String(labels[key])}`)
    .join(',')
}

/** A metav1.LabelSelector as text. */
export function formatSelector(selector: unknown): string {
  if (!isObject(selector)) return '<none>'
  const equal = isObject(selector['matchLabels']) ? [formatLabels(selector['matchLabels'])] : []
  const others = objectsAt(selector, 'matchExpressions').map(formatExpression)
  return [...equal.filter((one) => one !== '<none>'), ...others].join(',') || '<none>'
}

function formatExpression(expression: Record<string, unknown>): string {
  const key = textAt(expression, 'key')
  const values = Array.isArray(expression['values']) ? expression['values'].map(String).sort() : []
  const operator = textAt(expression, 'operator')
  if (operator === 'Exists') return key
  return operator === 'DoesNotExist' ? `!${key}` : `${key} ${operator.toLowerCase()} (${values.join(',')})`
}

/** At most `max` items, and how many more there are. */
export function formatSome(items: readonly string[], max: number, empty: string): string {
  if (items.length === 0) return empty
  const shown = items.slice(0, max).join(',')
  return items.length > max ? `${shown} + ${items.length - max} more...` : shown
}
