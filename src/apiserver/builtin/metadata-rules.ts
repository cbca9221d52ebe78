import type { KubeObject, ObjectMeta, OwnerReference } from '#api'
import { type FieldProblem, invalid, required } from '../fields/problem.ts'
import type { BuiltinKind } from './kind.ts'
import { dnsLabel, dnsSubdomain, labelValue, pathSegment, qualifiedName, type Syntax } from './names.ts'
import { textAt } from './walk.ts'

const maxAnnotationBytes = 256 * 1024
const rbac = 'rbac.authorization.k8s.io'
// Names that become host names or label values must be labels; everything else may have dots.
const labelKinds = new Set(['/Namespace', '/Service', 'apps/StatefulSet'])

/** Checks the name, labels, annotations, finalizers and owner references of an object of any kind. */
export function metadataProblems(kind: BuiltinKind, object: KubeObject): FieldProblem[] {
  const { metadata } = object
  return [
    ...nameProblems(kind, metadata),
    ...labelProblems(metadata.labels ?? {}, 'metadata.labels'),
    ...annotationProblems(metadata.annotations ?? {}),
    ...ownerProblems(metadata.ownerReferences ?? []),
    ...(metadata.finalizers ?? []).flatMap((name) => check(qualifiedName, name, 'metadata.finalizers')),
  ]
}

/** The problems of labels wherever they stand; kube-apiserver names the map, not the key. */
export function labelProblems(labels: Record<string, string>, path: string): FieldProblem[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...check(qualifiedName, key, path),
    ...check(labelValue, value, path),
  ])
}

/** The problems that a syntax finds in a text at a path. */
export function check(syntax: Syntax, text: string, path: string): FieldProblem[] {
  return syntax(text).map((problem) => invalid(path, text, problem))
}

function nameProblems(kind: BuiltinKind, { name }: ObjectMeta): FieldProblem[] {
  const path = 'metadata.name'
  if (!name) return [required(path, 'name or generateName is required')]
  const { group, kind: own } = kind
  if (group === rbac) return check(pathSegment, name, path)
  return check(labelKinds.has(`${group}/${own}`) ? dnsLabel : dnsSubdomain, name, path)
}

function annotationProblems(annotations: Record<string, string>): FieldProblem[] {
  const path = 'metadata.annotations'
  const problems = Object.keys(annotations).flatMap((key) =>
    qualifiedName(key.toLowerCase()).map((problem) => invalid(path, key, problem)),
  )
  let bytes = 0
  for (const [key, value] of Object.entries(annotations))
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value)
  if (bytes <= maxAnnotationBytes) return problems
  const message = `Too long: may not be more than ${maxAnnotationBytes} bytes`
  return [...problems, { field: path, reason: 'FieldValueTooLong', message }]
}

function ownerProblems(owners: readonly OwnerReference[]): FieldProblem[] {
  const path = 'metadata.ownerReferences'
  const problems = owners.flatMap((owner) => {
    const apiVersion = textAt(owner, 'apiVersion')
    const fields = { kind: textAt(owner, 'kind'), name: textAt(owner, 'name'), uid: textAt(owner, 'uid') }
    const version = apiVersion === '' ? [invalid(`${path}.apiVersion`, '', 'version must not be empty')] : []
    const empty = Object.entries(fields).filter(([, value]) => value === '')
    return [...version, ...empty.map(([field]) => invalid(`${path}.${field}`, '', 'must not be empty'))]
  })
  const controllers = owners.filter(({ controller }) => controller === true)
  const [first, second] = controllers.map(({ kind, name }) => `${kind}/${name}`)
  if (first === undefined || second === undefined) return problems
  const detail = `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${second}`
  return [...problems, invalid(path, owners, detail)]
}
