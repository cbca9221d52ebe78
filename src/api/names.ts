/** Group and version of the kinds that Flux's users know. */
export const sourceVersion = 'source.toolkit.fluxcd.io/v1'
export const kustomizeGroup = 'kustomize.toolkit.fluxcd.io'
export const kustomizeVersion = 'kustomize.toolkit.fluxcd.io/v1'

/** Annotations of the OCI image-spec that carry where an artifact came from. */
export const originSource = 'org.opencontainers.image.source'
export const originRevision = 'org.opencontainers.image.revision'

/** Asks for a reconcile whenever its value changes. */
export const requestedAt = 'reconcile.fluxcd.io/requestedAt'
