import type { CustomResourceDefinition, Schema } from '../schema.ts'
import {
  age,
  artifact,
  boolean,
  definition,
  interval,
  list,
  localReference,
  object,
  oneOf,
  ready,
  root,
  status,
  string,
  timeout,
} from './parts.ts'

const layerSelector = object({ mediaType: string, operation: oneOf('extract', 'copy') })

const spec: Schema = object(
  {
    certSecretRef: localReference,
    ignore: string,
    insecure: boolean,
    interval,
    layerSelector,
    provider: { ...oneOf('generic', 'aws', 'azure', 'gcp'), default: 'generic' },
    proxySecretRef: localReference,
    ref: object({ digest: string, semver: string, semverFilter: string, tag: string }),
    secretRef: localReference,
    serviceAccountName: string,
    suspend: boolean,
    timeout: { ...timeout, default: '60s' },
    url: { type: 'string', pattern: '^oci://.*$' },
    verify: object(
      {
        matchOIDCIdentity: list(object({ issuer: string, subject: string }, ['issuer', 'subject'])),
        provider: { ...oneOf('cosign', 'notation'), default: 'cosign' },
        secretRef: localReference,
        trustedRootSecretRef: localReference,
      },
      ['provider'],
    ),
  },
  ['interval', 'url'],
)

const schema = root(spec, {
  artifact,
  observedIgnore: string,
  observedLayerSelector: layerSelector,
  url: string,
})

const version = {
  schema: { openAPIV3Schema: schema },
  subresources: { status: {} },
  additionalPrinterColumns: [{ name: 'URL', type: 'string', jsonPath: '.spec.url' }, ready, status, age],
}

/**
 * OCIRepository, as Flux 2.9 serves it, and beside `v1` also `v1beta2`, which Flux no longer serves but people's
 * manifests still name.
 */
export const ociRepositoryCrd: CustomResourceDefinition = definition(
  {
    group: 'source.toolkit.fluxcd.io',
    kind: 'OCIRepository',
    plural: 'ocirepositories',
    shortName: 'ocirepo',
    categories: ['all', 'fluxcd', 'fluxcd-sources'],
  },
  [
    { ...version, name: 'v1', served: true, storage: true },
    {
      ...version,
      name: 'v1beta2',
      served: true,
      storage: false,
      deprecated: true,
      deprecationWarning: 'v1beta2 OCIRepository is deprecated, upgrade to v1',
    },
  ],
)
