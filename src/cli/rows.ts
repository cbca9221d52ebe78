import type { KubeObject } from '#api'
import { isObject } from '#base'
import { formatSource, type KindDescription } from './kinds.ts'
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
  const ready = readyCells(object)
  return [
    ...(options.withNamespace ? [namespace] : []),
    options.withKind ? `${object.kind.toLowerCase()}/${name}` : name,
    ...(options.showSource && !options.wide ? [source ? formatSource(source) : ''] : []),
    shorten(description.revisionOf(object)),
    isObject(object['spec']) && object['spec']['suspend'] === true ? 'True' : 'False',
    ready.status,
    shorten(ready.message),
    ...(options.wide ? description.wide.map(({ value }) => value(object)) : []),
  ]
}

function readyCells({ status }: KubeObject): { status: string; message: string } {
  const { conditions = [] } = (isObject(status) ? status : {}) as {
    conditions?: { type: string; status: string; message: string }[]
  }
  const ready = conditions.find(({ type }) => type === 'Ready')
  return ready ?? { status: 'False', message: 'waiting to be reconciled' }
}
