import type { Condition, KubeObject } from '#api'
import { SluiceError } from '#base'
import { statusOf } from './object-status.ts'

/** A wish about one condition. */
export interface StatusSelector {
  type: string
  status: string
  /** True for `type!=status`, which objects without the condition meet too. */
  negated: boolean
}

/** Reads `type=status` or `type!=status`; throws `SELECTOR_INVALID`. */
export function readStatusSelector(text: string | undefined): StatusSelector | undefined {
  if (!text) return undefined
  const match = /^([^=!]+)(!?=)([^=!]+)$/.exec(text)
  if (match) {
    const [, type = '', operator, status = ''] = match
    return { type: type.toLowerCase(), status: status.toLowerCase(), negated: operator === '!=' }
  }
  throw new SluiceError(
    'SELECTOR_INVALID',
    `expected status selector in type=status format, but found: ${text}`,
  )
}

/** Whether an object has the condition that is wished for; case does not count. */
export function selects(selector: StatusSelector | undefined, object: KubeObject): boolean {
  if (!selector) return true
  const { conditions = [] } = statusOf(object) as { conditions?: Condition[] }
  const found = conditions.find(({ type }) => type.toLowerCase() === selector.type)
  return (found?.status.toLowerCase() === selector.status) !== selector.negated
}
