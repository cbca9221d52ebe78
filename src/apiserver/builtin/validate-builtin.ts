import type { KubeObject } from '#api'
import { isObject } from '#base'
import type { FieldProblem } from '../fields/index.ts'
import { frozenProblems } from './frozen.ts'
import type { BuiltinKind } from './kind.ts'
import { metadataProblems } from './metadata-rules.ts'
import { networkRules } from './network-rules.ts'
import { otherRules } from './other-rules.ts'
import { podRules, quantityProblems, type Rule } from './pod-rules.ts'
import { builtinSchema } from './schemas.ts'
import { selectorRules } from './selector-rules.ts'
import { fieldsAt, listAt, valueAt, walk } from './walk.ts'
import { workloadRules } from './workload-rules.ts'

const rules: Readonly<Record<string, Rule>> = {
  ...podRules,
  ...workloadRules,
  ...selectorRules,
  ...networkRules,
  ...otherRules,
}

/**
 * What is wrong with a defaulted object beyond its schema, in kube-apiserver's words; with `old` also what an update may not
 * change. A kind without schema name (a custom one) is checked for its metadata only.
 */
export function validateBuiltin(kind: BuiltinKind, object: KubeObject, old?: KubeObject): FieldProblem[] {
  const problems = metadataProblems(kind, object)
  if (kind.schemaName === '') return problems
  walk(builtinSchema(kind.schemaName), withClaims(kind, object), ({ value, schema, type, path }) => {
    if (path === 'status' || path.startsWith('status.')) return
    if (schema.format === 'quantity') problems.push(...quantityProblems(value, path))
    else if (isObject(value) && Object.hasOwn(rules, type))
      problems.push(...(rules[type]?.(value, path) ?? []))
  })
  return old ? [...problems, ...frozenProblems(kind, object, old)] : problems
}

// The pods of a StatefulSet mount its claims by name, as if they were volumes of the template.
function withClaims({ group, kind }: BuiltinKind, object: KubeObject): KubeObject {
  const claims = listAt(object, 'spec', 'volumeClaimTemplates')
  if (group !== 'apps' || kind !== 'StatefulSet' || claims.length === 0) return object
  const spec = fieldsAt(object, 'spec')
  const template = fieldsAt(spec, 'template')
  const pod = fieldsAt(template, 'spec')
  const names = claims.map((claim) => valueAt(claim, 'metadata', 'name'))
  const volumes = listAt(pod, 'volumes').filter(({ name }) => !names.includes(name))
  const added = names.map((name) => ({ name, emptyDir: {} }))
  const full = { ...template, spec: { ...pod, volumes: [...volumes, ...added] } }
  return { ...object, spec: { ...spec, template: full } }
}
