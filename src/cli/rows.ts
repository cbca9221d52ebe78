import type { KubeObject } from '#api'
import { formatSource, type KindDescription } from './kinds.ts'
import { isSuspended, readyOf } from './object-status.ts'
import { shortenDigests } from './output.ts'

/** Which columns a table of objects has. */
export interface RowOptions {
  withNamespace: boolean
  showSource: boolean
  wide: boolean
  /** The name as `<kind>/<name>`. */
  withKind?: boolean
}

/** The titles of the columns. */
export function titlesOf(description: KindDescription, options: RowOptions): string[] {
  return [
    ...(options.withNamespace ? ['namespace'] : []),
    'name',
    ...(options.showSource && !options.wide ? ['source'] : []),
    'revision',
    'suspended',
    'ready',
    'message',
    ...(options.wide ? description.wide.map(({ title }) => title) : []),
  ]
}

/** One object's cells. Wide rows have digests whole. */
export function rowOf(description: KindDescription, object: KubeObject, options: RowOptions): string[] {
  const { name, namespace = '' } = object.metadata
  const shorten = options.wide ? (text: string) => text : shortenDigests
  const source = description.sourceOf?.(object)
  const { status, message } = readyOf(object) ?? { status: 'False', message: 'waiting to be reconciled' }
  return [
    ...(options.withNamespace ? [namespace] : []),
    options.withKind ? `${object.kind.toLowerCase()}/${name}` : name,
    ...(options.showSource && !options.wide ? [source ? formatSource(source) : ''] : []),
    shorten(description.revisionOf(object)),
    isSuspended(object) ? 'True' : 'False',
    status,
    shorten(message),
    ...(options.wide ? description.wide.map(({ value }) => value(object)) : []),
  ]
}
