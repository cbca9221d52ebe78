import type { Artifact, Kustomization, OCIRepository } from '#api'
import { type Informer, indexBy, keyOf } from '#runtime'
import { dependenciesOf, isReady } from './dependencies.ts'

/** Who is asked to reconcile an object now. */
interface Triggered {
  trigger(key: string, why?: string): void
}

/** A source with another artifact wakes the Kustomizations that are made from it. */
export function wakeOnSources(
  controller: Triggered,
  kustomizations: Informer<Kustomization>,
  sources: Informer<OCIRepository>,
): void {
  const bySource = indexBy(kustomizations, (object) => [sourceKey(object)])
  sources.onChange((before, after) => {
    const artifact = after?.status?.artifact
    if (!after || !artifact || isSame(before?.status?.artifact, artifact)) return
    for (const key of bySource(keyOf(after.metadata)))
      controller.trigger(key, `OCIRepository/${keyOf(after.metadata)}`)
  })
}

/** A Kustomization that became ready wakes those that wait for it, at once. */
export function wakeOnDependencies(controller: Triggered, kustomizations: Informer<Kustomization>): void {
  const byDependency = indexBy(kustomizations, dependenciesOf)
  kustomizations.onChange((_before, after) => {
    if (!after || !isReady(after)) return
    for (const key of byDependency(keyOf(after.metadata)))
      if (waits(kustomizations.get(key))) controller.trigger(key)
  })
}

/** The key of the source that a Kustomization names. */
export function sourceKey({ metadata, spec }: Kustomization): string {
  const namespace = spec.sourceRef.namespace ?? metadata.namespace
  return keyOf({ name: spec.sourceRef.name, ...(namespace ? { namespace } : {}) })
}

function isSame(before: Artifact | undefined, after: Artifact): boolean {
  return before?.revision === after.revision && before.digest === after.digest
}

function waits(object: Kustomization | undefined): boolean {
  const { conditions = [] } = object?.status ?? {}
  return conditions.some(({ type, reason }) => type === 'Ready' && reason === 'DependencyNotReady')
}
