import type { KubeObject, Schema } from '#api'
import { SluiceError } from '#base'
import type { FieldProblem } from '../fields/index.ts'

export interface BuiltinKind {
  group: string
  version: string
  kind: string
  listKind: string
  plural: string
  singular: string
  shortNames: string[]
  categories: string[]
  namespaced: boolean
  verbs: string[]
  subresources: string[]
  schemaName: string
}
const later = (): never => {
  throw new SluiceError('NOT_YET', 'Cannot run: being written')
}
export const builtinKinds: readonly BuiltinKind[] = []
export function builtinSchema(_schemaName: string): Schema {
  return later()
}
export function rawSchemas(): Record<string, unknown> {
  return later()
}
export function setBuiltinDefaults(_kind: BuiltinKind, _object: KubeObject, _isCreate: boolean): void {
  later()
}
export function validateBuiltin(_kind: BuiltinKind, _object: KubeObject, _old?: KubeObject): FieldProblem[] {
  return later()
}
export function prepareBuiltin(_kind: BuiltinKind, _object: KubeObject): void {
  later()
}
