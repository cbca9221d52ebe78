import type { Kustomization } from '#api'
import { SluiceError } from '#base'
import { keyOf } from '#runtime'

/** The keys of the Kustomizations that an object waits for. */
export function dependenciesOf({ metadata, spec }: Kustomization): string[] {
  return (spec.dependsOn ?? []).map(({ name, namespace = metadata.namespace }) =>
    keyOf({ name, ...(namespace ? { namespace } : {}) }),
  )
}

/**
 * Throws `DEPENDENCY_NOT_READY` unless every dependency exists, has seen its own newest generation, is Ready, and, when it
 * shares our source, has applied the revision that we are about to.
 */
export function checkDependencies(
  object: Kustomization,
  revision: string,
  find: (key: string) => Kustomization | undefined,
): void {
  for (const key of dependenciesOf(object)) {
    const dependency = find(key)
    if (!dependency) {
      throw notReady(
        `dependency '${key}' not found: kustomizations.kustomize.toolkit.fluxcd.io "${key.split('/').pop()}" not found`,
      )
    }
    if (!isReady(dependency)) throw notReady(`dependency '${key}' is not ready`)
    if (sameSource(object, dependency) && dependency.status?.lastAppliedRevision !== revision) {
      throw notReady(`dependency '${key}' revision is not up to date`)
    }
  }
}

/** Throws `DEPENDENCY_NOT_READY` with the path when the object's dependencies lead back to itself. */
export function checkCycles(object: Kustomization, find: (key: string) => Kustomization | undefined): void {
  const own = keyOf(object.metadata)
  const seen = new Set<string>()
  const visit = (key: string, path: string[]): void => {
    if (key === own) throw notReady(`dependency cycle: ${[...path, own].join(' → ')}`)
    if (seen.has(key)) return
    seen.add(key)
    const next = find(key)
    for (const dependency of next ? dependenciesOf(next) : []) visit(dependency, [...path, key])
  }
  for (const dependency of dependenciesOf(object)) visit(dependency, [own])
}

/** Whether a Kustomization has reconciled its newest generation with success. */
export function isReady({ metadata, status }: Kustomization): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')
  return status?.observedGeneration === metadata.generation && ready?.status === 'True'
}

function sameSource(a: Kustomization, b: Kustomization): boolean {
  const source = ({ spec: { sourceRef }, metadata }: Kustomization): string =>
    `${sourceRef.kind}/${sourceRef.namespace ?? metadata.namespace ?? ''}/${sourceRef.name}`
  return source(a) === source(b)
}

function notReady(message: string): SluiceError {
  return new SluiceError('DEPENDENCY_NOT_READY', message)
}
