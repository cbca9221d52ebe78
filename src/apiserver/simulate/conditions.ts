import type { KubeObject } from '#api'
import { formatTime } from '#base'
import { objectsAt } from '../paths.ts'
import type { World } from './world.ts'

/** What a condition says. */
export interface Verdict {
  type: string
  status: 'True' | 'False' | 'Unknown'
  reason: string
  message: string
}

/** Conditions of an object with new verdicts: times move only when what they are of does. */
export function withConditions(
  { core }: World,
  object: KubeObject,
  verdicts: readonly Verdict[],
  updated?: 'lastUpdateTime' | 'lastProbeTime',
): Record<string, unknown>[] {
  const now = formatTime(core.clock.now())
  const known = objectsAt(object, 'status.conditions')
  const next = verdicts.map((verdict) => {
    const before = known.find(({ type }) => type === verdict.type)
    const sameStatus = before?.['status'] === verdict.status
    const same = sameStatus && before['reason'] === verdict.reason && before['message'] === verdict.message
    if (same) return before
    return {
      ...verdict,
      lastTransitionTime: sameStatus ? before['lastTransitionTime'] : now,
      ...(updated ? { [updated]: now } : {}),
    }
  })
  const types = new Set(verdicts.map(({ type }) => type))
  return [...known.filter(({ type }) => !types.has(String(type))), ...next]
}

/** Counts without the zeros, as Go leaves them out. */
export function counts(values: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== 0))
}
