import type { Schema } from '#api'
import { isObject } from '#base'
import { descend, emptySet, type FieldSet } from './field-set.ts'
import { partsOf, shapeOf } from './shape.ts'

/** The paths that an applied configuration names: its leaves, its list items, and keys that the schema does not declare. */
export function collectFields(schema: Schema, value: unknown): FieldSet {
  const set = emptySet()
  collect(schema, value, set)
  set.member = false
  return set
}

function collect(schema: Schema | undefined, value: unknown, set: FieldSet): void {
  if (shapeOf(schema, value) === 'leaf') {
    set.member = true
    return
  }
  for (const part of partsOf(schema, value)) {
    const child = descend(set, part.step)
    collect(part.schema, part.value, child)
    const bare = isObject(part.value) && Object.keys(part.value).length === 0
    if (!part.declared || bare) child.member = true
  }
  // An empty keyed list leaves no trace, as in the original.
  for (const [step, child] of set.steps) if (!child.member && child.steps.size === 0) set.steps.delete(step)
}
