import type { KubeObject } from '#api'

/** What an object's own labels or annotations ask of its delivery, under `<prefix>/ssa`, `/reconcile`, `/prune`, `/force`. */
export interface ObjectControl {
  /** Never written. */
  ignore: boolean
  /** Created when missing, never changed. */
  createOnly: boolean
  /** Fields of other managers stay. */
  merge: boolean
  /** Not deleted when it leaves the source. */
  keep: boolean
  /** Recreated when a field is immutable. */
  force: boolean
}

/** Reads the controls of an object; values are case-insensitive, an annotation wins over a label. */
export function controlOf({ metadata }: KubeObject, prefix: string): ObjectControl {
  const value = (key: string): string =>
    (metadata.annotations?.[`${prefix}/${key}`] ?? metadata.labels?.[`${prefix}/${key}`] ?? '').toLowerCase()
  const ssa = value('ssa')
  const disabled = value('reconcile') === 'disabled'
  return {
    ignore: disabled || ssa === 'ignore',
    createOnly: ssa === 'ifnotpresent',
    merge: ssa === 'merge',
    keep: disabled || ssa === 'ignore' || value('prune') === 'disabled',
    force: value('force') === 'enabled',
  }
}
