import type { Schema } from '#api'
import { setOwn } from '#base'
import type { FieldSet } from './field-set.ts'
import { type Part, partsOf, shapeOf } from './shape.ts'

/** Who still holds on to what: the manager's former paths, and every manager's present ones. */
export interface Holdings {
  former: FieldSet | undefined
  owned: FieldSet | undefined
}

interface Fate {
  /** Something above was the manager's alone. */
  former: boolean
  /** Something above is held by nobody any more. */
  dropped: boolean
}

/**
 * Removes what a manager applied before and no longer names, unless another manager owns it. A container that was its own goes
 * with everything inside, defaults included; what others keep in it saves the container.
 */
export function giveUp(schema: Schema, value: unknown, holdings: Holdings): unknown {
  return visit(schema, value, holdings, { former: false, dropped: false })
}

function visit(schema: Schema | undefined, value: unknown, holdings: Holdings, above: Fate): unknown {
  if (shapeOf(schema, value) === 'leaf') return value
  const kept: [Part, unknown][] = []
  for (const part of partsOf(schema, value)) {
    const former = holdings.former?.steps.get(part.step)
    const owned = holdings.owned?.steps.get(part.step)
    const wasFormer = isHeld(former, part)
    const fate: Fate = { former: above.former || wasFormer, dropped: above.dropped }
    if (fate.former && !isHeld(owned, part)) fate.dropped = true
    if (wasFormer && fate.dropped) continue
    kept.push([part, visit(part.schema, part.value, { former, owned }, fate)])
  }
  if (Array.isArray(value)) return kept.map(([, item]) => item)
  const result: Record<string, unknown> = {}
  for (const [part, item] of kept) setOwn(result, part.step.slice(2), item)
  return result
}

function isHeld(set: FieldSet | undefined, part: Part): boolean {
  if (!set) return false
  return set.member || (part.declared && set.steps.size > 0)
}
