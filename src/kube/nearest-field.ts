import { crds, groupOf, type KubeObject, type Schema, versionOf } from '#api'
import { isObject, suggestion } from '#base'

/**
 * What an API server says of an undeclared field of one of our own kinds, with the field that was probably meant; the
 * message unchanged for other kinds, whose schemas only the server knows.
 */
export function withNearestField(message: string, { apiVersion, kind }: KubeObject): string {
  const path = /(\.[^:\s]+): field not declared in schema/.exec(message)?.[1]
  const definition = crds.find(({ spec }) => spec.names.kind === kind && spec.group === groupOf(apiVersion))
  const schema = definition?.spec.versions.find(({ name }) => name === versionOf(apiVersion))?.schema
    .openAPIV3Schema
  if (path === undefined || !schema) return message
  const names = path
    .replaceAll(/\[[^\]]*\]/g, '.[]')
    .split('.')
    .filter(Boolean)
  const field = names.pop() ?? ''
  return `${message}${suggestion(field, Object.keys(schemaAt(schema, names)?.properties ?? {}))}`
}

function schemaAt(schema: Schema | undefined, [name, ...rest]: readonly string[]): Schema | undefined {
  if (name === undefined) return schema
  const { items, properties, additionalProperties: more } = schema ?? {}
  const child = name === '[]' ? items : (properties?.[name] ?? (isObject(more) ? more : undefined))
  return child && schemaAt(child, rest)
}
