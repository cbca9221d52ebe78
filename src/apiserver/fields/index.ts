import type { KubeObject, ManagedFieldsEntry, Schema } from '#api'
import { SluiceError } from '#base'

export interface FieldProblem {
  field: string
  reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueTypeInvalid'
    | 'FieldValueDuplicate'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueForbidden'
    | 'FieldValueNotFound'
  message: string
}
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
export function prune(_schema: Schema, _value: unknown): string[] {
  return later()
}
export function setDefaults(_schema: Schema, _value: unknown): void {
  later()
}
export function validateSchema(_schema: Schema, _value: unknown): FieldProblem[] {
  return later()
}
export function jsonPatch(_document: unknown, _operations: unknown): unknown {
  return later()
}
export function strategicMergePatch(_schema: Schema, _current: unknown, _patch: unknown): unknown {
  return later()
}
export function applyPatch(_input: ApplyInput): ApplyResult {
  return later()
}
export function trackUpdate(_input: UpdateInput): ManagedFieldsEntry[] {
  return later()
}
