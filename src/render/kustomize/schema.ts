import { clusterScopedText, definitionsText, kindsText } from './schema.gen.ts'

/** What a strategic merge must know of one type: which of its fields are merged lists, and the types below. */
export interface Definition {
  readonly fields: ReadonlyMap<string, FieldDefinition>
}

/** A field that leads to a merged list, or is one. */
export interface FieldDefinition {
  /** The type of the field's value, or of its elements. */
  readonly type: Definition | undefined
  /** Keys that tell elements of a merged list apart; empty for scalars, undefined when the list is replaced. */
  readonly mergeKeys: readonly string[] | undefined
}

interface Schema {
  readonly kinds: ReadonlyMap<string, Definition>
  readonly clusterScoped: ReadonlySet<string>
}

const schema: Schema = readSchema()

/** The type of a built-in kind; undefined for kinds that Kubernetes 1.21 does not have: their lists are replaced. */
export function definitionOf(apiVersion: string, kind: string): Definition | undefined {
  return schema.kinds.get(`${apiVersion} ${kind}`)
}

/** Whether a kind is known to live in no namespace. */
export function isClusterScoped(apiVersion: string, kind: string): boolean {
  return schema.clusterScoped.has(`${apiVersion} ${kind}`)
}

function readSchema(): Schema {
  const lines = definitionsText.trim().split('\n')
  const definitions = lines.map(() => ({ fields: new Map<string, FieldDefinition>() }))
  for (const [index, line] of lines.entries()) {
    for (const word of line.split(' ').slice(2)) {
      const [, name, keys, type] = /^([^[=]+)(?:\[(.*)\])?(?:=(\d+))?$/.exec(word) ?? []
      if (name === undefined) continue
      definitions[index]?.fields.set(name, {
        type: type === undefined ? undefined : definitions[Number(type)],
        mergeKeys: keys === undefined ? undefined : keys.split(',').filter(Boolean),
      })
    }
  }
  const kinds = new Map<string, Definition>()
  for (const line of kindsText.trim().split('\n')) {
    const [apiVersion, kind, index] = line.split(' ')
    kinds.set(`${apiVersion} ${kind}`, definitions[Number(index)] ?? { fields: new Map() })
  }
  return { kinds, clusterScoped: new Set(clusterScopedText.trim().split('\n')) }
}
