import { SluiceError } from '#base'
import type { Definition } from './schema.ts'

/** What `$patch` may say. */
export type Directive = 'delete' | 'replace' | 'merge'

/** The key that says how a map or a list is patched. */
export const directiveKey = '$patch'

/** What a merge gives when nothing is left. */
export const gone: unique symbol = Symbol('gone')

/** Where a merge is, and what the schema says of that place. */
export interface MergePlace {
  /** For errors: the steps from the top, each after a slash. */
  readonly path: string
  readonly definition: Definition | undefined
  /** Of a list: what tells its elements apart; undefined when the list is replaced. */
  readonly mergeKeys?: readonly string[] | undefined
}

/** The `$patch` of a map. Throws `BUILD_PATCH_FAILED` for one that is not known. */
export function directiveOf(patch: Readonly<Record<string, unknown>>, path: string): Directive | undefined {
  if (!Object.hasOwn(patch, directiveKey)) return undefined
  const directive = patch[directiveKey]
  if (directive === 'delete' || directive === 'replace' || directive === 'merge') return directive
  throw new SluiceError(
    'BUILD_PATCH_FAILED',
    `Cannot apply the patch at ${path || '/'}: unknown patch strategy ${JSON.stringify(directive)}, wanted delete, replace or merge`,
  )
}
