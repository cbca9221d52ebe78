import type { Schema } from '#api'
import { clone, setOwn } from '#base'
import { type Part, partsOf, shapeOf } from './shape.ts'

/** `applied` laid over `live`: maps by key, lists by their items, leaves replaced. A new value. */
export function mergeApplied(schema: Schema | undefined, live: unknown, applied: unknown): unknown {
  const shape = shapeOf(schema, applied)
  if (shape === 'leaf' || shapeOf(schema, live) !== shape) return clone(applied)
  const before = partsOf(schema, live)
  const after = partsOf(schema, applied)
  if (shape === 'list') return mergeLists(before, after)
  const byStep = new Map(before.map((part) => [part.step, part]))
  const result: Record<string, unknown> = {}
  for (const { step, value } of before) setOwn(result, step.slice(2), clone(value))
  for (const part of after) setOwn(result, part.step.slice(2), mergePart(byStep.get(part.step), part))
  return result
}

function mergePart(live: Part | undefined, applied: Part): unknown {
  return live ? mergeApplied(applied.schema, live.value, applied.value) : clone(applied.value)
}

// The applied items keep their order; items that only the live list has stay in front of what they were in front of.
function mergeLists(live: readonly Part[], applied: readonly Part[]): unknown[] {
  const wanted = new Set(applied.map(({ step }) => step))
  const known = new Map(live.map((part) => [part.step, part]))
  const result: unknown[] = []
  let next = 0
  for (const part of live) {
    if (!wanted.has(part.step)) {
      result.push(clone(part.value))
      continue
    }
    while (next < applied.length) {
      const candidate = applied[next]
      if (!candidate || (known.has(candidate.step) && candidate.step !== part.step)) break
      result.push(mergePart(known.get(candidate.step), candidate))
      next++
      if (candidate.step === part.step) break
    }
  }
  for (const part of applied.slice(next)) result.push(mergePart(known.get(part.step), part))
  return result
}
