import type { KubeObject, ManagedFieldsEntry, Schema } from '#api'
import { SluiceError } from '#base'

export interface ApplyInput {
  schema: Schema
  live?: KubeObject
  applied: KubeObject
  manager: string
  force: boolean
  subresource?: string
  now: string
}
export interface ApplyConflict {
  manager: string
  message: string
  field: string
}
export type ApplyResult = { object: KubeObject } | { conflicts: ApplyConflict[] }
export interface UpdateInput {
  schema: Schema
  before?: KubeObject
  after: KubeObject
  manager: string
  subresource?: string
  now: string
}
const later = (): never => {
  throw new SluiceError('NOT_YET', 'Cannot run: being written')
}
export function applyPatch(_input: ApplyInput): ApplyResult {
  return later()
}
export function trackUpdate(_input: UpdateInput): ManagedFieldsEntry[] {
  return later()
}
export { setDefaults } from './default.ts'
export { jsonPatch } from './json-patch.ts'
export type { FieldProblem } from './problem.ts'
export { prune } from './prune.ts'
export { strategicMergePatch } from './strategic.ts'
export type { RuleCheck } from './validate.ts'
export { validateSchema } from './validate.ts'
