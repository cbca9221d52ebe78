import type { Condition } from '#api'
import { clone, equal, isObject } from '#base'

/** What a reconciler says of a condition; time and generation are the shell's. */
export interface ConditionDraft {
  type: string
  status: Condition['status']
  reason: string
  message: string
}

/** The parts of a status that every kind of ours shares. */
export interface CommonStatus {
  observedGeneration?: number
  conditions?: Condition[]
  lastHandledReconcileAt?: string
}

const messageBytes = 32_768
const leading = ['Stalled', 'Reconciling', 'Ready']

/** A status with a condition set; its time moves only when status, reason or message do. */
export function withCondition<S extends CommonStatus>(
  status: S,
  draft: ConditionDraft,
  at: { time: string; generation: number },
): S {
  const message = cut(draft.message)
  const known = status.conditions?.find((condition) => condition.type === draft.type)
  const same =
    known && known.status === draft.status && known.reason === draft.reason && known.message === message
  const condition: Condition = {
    type: draft.type,
    status: draft.status,
    reason: draft.reason,
    message,
    lastTransitionTime: same ? known.lastTransitionTime : at.time,
    observedGeneration: at.generation,
  }
  const others = (status.conditions ?? []).filter(({ type }) => type !== draft.type)
  return { ...status, conditions: [...others, condition].sort(compareConditions) }
}

/** A status without the conditions of these types. */
export function withoutConditions<S extends CommonStatus>(status: S, types: readonly string[]): S {
  if (!status.conditions?.some(({ type }) => types.includes(type))) return status
  return { ...status, conditions: status.conditions.filter(({ type }) => !types.includes(type)) }
}

/** The JSON merge patch that turns one status into another; undefined when they are equal. */
export function patchOf(before: object, after: object): Record<string, unknown> | undefined {
  const from = before as Record<string, unknown>
  const to = after as Record<string, unknown>
  const patch: Record<string, unknown> = {}
  for (const key of Object.keys(from)) if (to[key] === undefined && from[key] !== undefined) patch[key] = null
  for (const [key, value] of Object.entries(to)) {
    const known = from[key]
    if (value === undefined || equal(value, known)) continue
    patch[key] = isObject(known) && isObject(value) ? patchOf(known, value) : clone(value)
  }
  return Object.keys(patch).length > 0 ? patch : undefined
}

function compareConditions(a: Condition, b: Condition): number {
  const place = ({ type }: Condition): number =>
    leading.includes(type) ? leading.indexOf(type) : leading.length
  return (
    place(a) - place(b) ||
    (b.observedGeneration ?? 0) - (a.observedGeneration ?? 0) ||
    (a.type < b.type ? -1 : 1)
  )
}

function cut(message: string): string {
  const bytes = Buffer.from(message)
  return bytes.byteLength <= messageBytes
    ? message
    : `${bytes
        .subarray(0, messageBytes - 3)
        .toString('utf8')
        .replace(/\uFFFD+$/, '')}...`
}
