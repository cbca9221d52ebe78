import type { KubeObject } from '#api'
import type { BuiltinKind } from './kind.ts'
import { SluiceError } from '#base'
import type { FieldProblem } from '../fields/index.ts'

const later = (): never => {
  throw new SluiceError('NOT_YET', 'Cannot run: being written')
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
export type { BuiltinKind } from './kind.ts'
export { builtinKinds } from './kind.ts'
export { builtinSchema, rawSchemas } from './schemas.ts'
