import type { KustomizationSpec } from '#api'
import { joinPath, SluiceError, suggestion } from '#base'

const sourceKinds = ['OCIRepository', 'GitRepository', 'Bucket', 'ExternalArtifact']
const healthKinds: Readonly<Record<string, string>> = {
  Deployment: 'apps/v1',
  DaemonSet: 'apps/v1',
  StatefulSet: 'apps/v1',
  HelmRelease: 'helm.toolkit.fluxcd.io/v2',
}

type SourceRef = KustomizationSpec['sourceRef']
type HealthCheck = NonNullable<KustomizationSpec['healthChecks']>[number]
type Dependency = NonNullable<KustomizationSpec['dependsOn']>[number]

/** Reads `[<kind>/]<name>[.<namespace>]`, the kind in any case and GitRepository when absent; throws `FLAG_INVALID`. */
export function readSourceRef(text: string): SourceRef {
  const { kind: word = 'GitRepository', ...rest } = readReference(text)
  const kind = sourceKinds.find((one) => one.toLowerCase() === word.toLowerCase())
  if (kind) return { kind, ...checked('--source', text, rest) }
  // Flux takes the first three; naming the fourth in its message would break who compares it.
  throw invalid(
    '--source',
    text,
    `source kind '${word}' is not supported, must be one of: ${sourceKinds.slice(0, 3).join(', ')}${suggestion(word, sourceKinds)}`,
  )
}

/** Reads `<Kind>/<name>.<namespace>`; throws `FLAG_INVALID`. */
export function readHealthCheck(text: string): HealthCheck {
  const { kind: word = '', ...rest } = readReference(text)
  const kind = Object.keys(healthKinds).find((one) => one.toLowerCase() === word.toLowerCase())
  if (kind && rest.namespace)
    return { apiVersion: healthKinds[kind] ?? '', kind, ...checked('--health-check', text, rest) }
  throw invalid(
    '--health-check',
    text,
    `wanted <Kind>/<name>.<namespace> with one of ${Object.keys(healthKinds).join(', ')}${kind ? '' : suggestion(word, Object.keys(healthKinds))}`,
  )
}

/** Reads `[<namespace>/]<name>`; throws `FLAG_INVALID`. */
export function readDependency(text: string): Dependency {
  // Flux takes a version behind an @ and drops it.
  const plain = text.split('@')[0] ?? ''
  const [first = '', second, ...more] = plain.split('/')
  const name = second ?? first
  if (name === '' || first === '' || more.length > 0)
    throw invalid('--depends-on', text, 'wanted <name> or <namespace>/<name>')
  return { name, ...(second === undefined ? {} : { namespace: first }) }
}

/** A folder of a source, cleaned so that it starts with `./` and stays inside; throws `FLAG_INVALID`. */
export function readPath(text: string): string {
  const path = joinPath('.', text.replace(/^\/+/, ''))
  if (path === undefined) throw invalid('--path', text, 'it leaves the source')
  return path === '.' ? './' : `./${path}`
}

// What follows the last dot is the namespace.
function readReference(text: string): { kind?: string; name: string; namespace?: string } {
  const slash = text.indexOf('/')
  const rest = text.slice(slash + 1)
  const dot = rest.lastIndexOf('.')
  return {
    ...(slash < 0 ? {} : { kind: text.slice(0, slash) }),
    name: dot < 0 ? rest : rest.slice(0, dot),
    ...(dot < 0 ? {} : { namespace: rest.slice(dot + 1) }),
  }
}

function checked<T extends { name: string }>(flag: string, text: string, reference: T): T {
  if (reference.name === '') throw invalid(flag, text, 'found no name, wanted one')
  return reference
}

function invalid(flag: string, text: string, why: string): SluiceError {
  return new SluiceError('FLAG_INVALID', `invalid argument "${text}" for "${flag}" flag: ${why}`)
}
