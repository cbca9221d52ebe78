import type { KubeObject } from '#api'

/** An OCIRepository `src` of the repository that is named after its namespace, on the registry of {@link startInProcess}. */
export function sourceIn(namespace: string, spec: object = {}): KubeObject {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'OCIRepository',
    metadata: { name: 'src', namespace },
    spec: { interval: '60m', url: `oci://registry.test/${namespace}`, insecure: true, ...spec },
  }
}

/** A Kustomization `app` of that source. */
export function kustomizationIn(namespace: string, spec: object = {}): KubeObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'app', namespace },
    spec: {
      interval: '60m',
      retryInterval: '30m',
      prune: true,
      path: './',
      wait: true,
      sourceRef: { kind: 'OCIRepository', name: 'src' },
      ...spec,
    },
  }
}
