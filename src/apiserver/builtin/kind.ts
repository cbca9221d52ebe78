import { kindsText } from './kinds.gen.ts'

/** A kind that every Kubernetes server has, as its discovery documents describe it. */
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
  /** For example `status`, `scale`. */
  subresources: string[]
  /** For example `io.k8s.api.apps.v1.Deployment`. */
  schemaName: string
}

/** The built-in kinds of Kubernetes 1.36 that sluice serves. */
export const builtinKinds: readonly BuiltinKind[] = JSON.parse(kindsText) as BuiltinKind[]
