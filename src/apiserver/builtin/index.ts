import type { KubeObject } from '#api'
import type { FieldProblem } from '../fields/index.ts'
import type { BuiltinKind } from './kind.ts'

export { setBuiltinDefaults } from './defaults.ts'
export type { BuiltinKind } from './kind.ts'
export { builtinKinds } from './kind.ts'
export { prepareBuiltin } from './prepare.ts'
export { builtinSchema, rawSchemas } from './schemas.ts'

export function validateBuiltin(_kind: BuiltinKind, _object: KubeObject, _old?: KubeObject): FieldProblem[] {
  return []
}
