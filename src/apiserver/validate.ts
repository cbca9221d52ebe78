import type { KubeObject } from '#api'
import { type BuiltinKind, validateBuiltin } from './builtin/index.ts'
import { crdBucket, crdProblems } from './crd.ts'
import { cannotBeHandled } from './decode.ts'
import { type FieldProblem, validateSchema } from './fields/index.ts'
import { kindTargetOf, type Resource } from './resource.ts'
import { invalid } from './status-error.ts'

/** Checks an object that is about to be stored against its schema and its kind's rules; throws 400 or 422. */
export function validateObject(resource: Resource, object: KubeObject, old?: KubeObject): void {
  const bySchema = validateSchema(resource.schema(), object)
  if (resource.builtin) {
    const wrongType = bySchema.find(({ reason }) => reason === 'FieldValueTypeInvalid')
    if (wrongType) throw cannotBeHandled(resource, resource.kind, decodeText(wrongType))
  }
  const byKind = validateBuiltin(kindOf(resource), object, old)
  const problems = [
    ...byKind,
    ...deletionProblems(object, old),
    ...(resource.bucket === crdBucket ? crdProblems(object).map(asProblem) : []),
  ]
  const told = new Set(problems.map(({ field }) => field))
  for (const problem of bySchema)
    if (isRule(resource, problem) && !told.has(problem.field)) problems.push(problem)
  if (problems.length > 0) throw invalid(kindTargetOf(resource), object.metadata.name, problems)
}

/** A built-in kind's decoder does not look at the rules of its schema for what only the server writes. */
function isRule({ builtin }: Resource, { field }: FieldProblem): boolean {
  return !builtin || !/^(status|metadata)(\.|$)/.test(field)
}

function decodeText({ field, message }: FieldProblem): string {
  return `${field}: ${message}`
}

function asProblem([field, message]: readonly [string, string]): FieldProblem {
  const reason = message.startsWith('Required') ? 'FieldValueRequired' : 'FieldValueInvalid'
  return { field, reason, message }
}

function deletionProblems(object: KubeObject, old: KubeObject | undefined): FieldProblem[] {
  if (!old?.metadata.deletionTimestamp) return []
  const known = old.metadata.finalizers ?? []
  const added = (object.metadata.finalizers ?? []).filter((one) => !known.includes(one))
  if (added.length === 0) return []
  const list = added.map((one) => `"${one}"`).join(', ')
  return [
    {
      field: 'metadata.finalizers',
      reason: 'FieldValueForbidden',
      message: `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`,
    },
  ]
}

/** Custom kinds share the rules for metadata with the built-in ones. */
function kindOf(resource: Resource): BuiltinKind {
  if (resource.builtin) return resource.builtin
  const { group, version, kind, listKind, plural, singular, namespaced } = resource
  return {
    group,
    version,
    kind,
    listKind,
    plural,
    singular,
    namespaced,
    shortNames: [],
    categories: [],
    verbs: [],
    subresources: [],
    schemaName: '',
  }
}

// Kinds that would act on other requests if this were the real server, and what is left out.
const idle: Readonly<Record<string, string>> = {
  '/limitranges': 'limit ranges',
  '/resourcequotas': 'resource quotas',
  'admissionregistration.k8s.io/mutatingadmissionpolicies': 'admission policies',
  'admissionregistration.k8s.io/mutatingadmissionpolicybindings': 'admission policies',
  'admissionregistration.k8s.io/mutatingwebhookconfigurations': 'admission webhooks',
  'admissionregistration.k8s.io/validatingadmissionpolicies': 'admission policies',
  'admissionregistration.k8s.io/validatingadmissionpolicybindings': 'admission policies',
  'admissionregistration.k8s.io/validatingwebhookconfigurations': 'admission webhooks',
  'apiregistration.k8s.io/apiservices': 'aggregated APIs',
}

/** What goes with the answer: that an object will not act here, and the advice that the real server gives. */
export function objectWarnings(resource: Resource, object: KubeObject, old?: KubeObject): string[] {
  const what = idle[resource.bucket]
  if (what !== undefined && !old)
    return [`the embedded API server of sluice stores ${what} and does not act on them`]
  return resource.custom ? finalizerAdvice(object, old) : []
}

function finalizerAdvice(object: KubeObject, old: KubeObject | undefined): string[] {
  const known = old?.metadata.finalizers ?? []
  const bare = (object.metadata.finalizers ?? []).filter((one) => !one.includes('/') && !known.includes(one))
  return bare.map((one) => {
    const path = one.includes('.') ? ' including a path (/)' : ''
    return `metadata.finalizers: "${one}": prefer a domain-qualified finalizer name${path} to avoid accidental conflicts with other finalizer writers`
  })
}
