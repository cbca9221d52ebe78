import type { CustomResourceDefinition, Schema } from '../schema.ts'
import {
  age,
  boolean,
  bounded,
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
  stringMap,
  strings,
} from './parts.ts'

const selector = object({
  annotationSelector: string,
  group: string,
  kind: string,
  labelSelector: string,
  name: string,
  namespace: string,
  version: string,
})

const spec: Schema = object(
  {
    buildMetadata: list(oneOf('originAnnotations', 'transformerAnnotations')),
    commonMetadata: object({ annotations: stringMap, labels: stringMap }),
    components: strings,
    decryption: object({ provider: oneOf('sops'), secretRef: localReference, serviceAccountName: string }, [
      'provider',
    ]),
    deletionPolicy: oneOf('MirrorPrune', 'Delete', 'WaitForTermination', 'Orphan'),
    dependsOn: list(object({ name: string, namespace: string, readyExpr: string }, ['name'])),
    force: { ...boolean, default: false },
    healthCheckExprs: list(
      object({ apiVersion: string, current: string, failed: string, inProgress: string, kind: string }, [
        'apiVersion',
        'current',
      ]),
    ),
    healthChecks: list(
      object({ apiVersion: string, kind: string, name: string, namespace: string }, ['kind', 'name']),
    ),
    ignore: list(object({ paths: strings, target: selector }, ['paths'])),
    ignoreMissingComponents: boolean,
    images: list(object({ digest: string, name: string, newName: string, newTag: string }, ['name'])),
    interval,
    kubeConfig: {
      ...object({ configMapRef: localReference, secretRef: object({ key: string, name: string }, ['name']) }),
      'x-kubernetes-validations': [
        {
          rule: 'has(self.configMapRef) || has(self.secretRef)',
          message:
            'exactly one of spec.kubeConfig.configMapRef or spec.kubeConfig.secretRef must be specified',
        },
        {
          rule: '!has(self.configMapRef) || !has(self.secretRef)',
          message:
            'exactly one of spec.kubeConfig.configMapRef or spec.kubeConfig.secretRef must be specified',
        },
      ],
    },
    namePrefix: bounded(1, 200),
    nameSuffix: bounded(1, 200),
    patches: list(object({ patch: string, target: selector }, ['patch'])),
    path: string,
    postBuild: object({
      substitute: stringMap,
      substituteFrom: list(
        object(
          {
            kind: oneOf('Secret', 'ConfigMap'),
            name: bounded(1, 253),
            optional: { ...boolean, default: false },
          },
          ['kind', 'name'],
        ),
      ),
      substituteStrategy: oneOf('WithVariables', 'Always'),
    }),
    prune: boolean,
    retryInterval: interval,
    serviceAccountName: string,
    sourceRef: object(
      {
        apiVersion: string,
        kind: oneOf('OCIRepository', 'GitRepository', 'Bucket', 'ExternalArtifact'),
        name: string,
        namespace: string,
      },
      ['kind', 'name'],
    ),
    suspend: boolean,
    targetNamespace: bounded(1, 63),
    timeout: interval,
    wait: boolean,
  },
  ['interval', 'prune', 'sourceRef'],
)

const time: Schema = { type: 'string', format: 'date-time' }

const schema = root(spec, {
  history: list(
    object(
      {
        digest: string,
        firstReconciled: time,
        lastReconciled: time,
        lastReconciledDuration: string,
        lastReconciledStatus: string,
        metadata: stringMap,
        totalReconciliations: { type: 'integer', format: 'int64' },
      },
      [
        'digest',
        'firstReconciled',
        'lastReconciled',
        'lastReconciledDuration',
        'lastReconciledStatus',
        'totalReconciliations',
      ],
    ),
  ),
  inventory: object({ entries: list(object({ id: string, v: string }, ['id', 'v'])) }, ['entries']),
  lastAppliedOriginRevision: string,
  lastAppliedRevision: string,
  lastAttemptedRevision: string,
})

/** Kustomization, as Flux 2.9 serves it. */
export const kustomizationCrd: CustomResourceDefinition = definition(
  {
    group: 'kustomize.toolkit.fluxcd.io',
    kind: 'Kustomization',
    plural: 'kustomizations',
    shortName: 'ks',
    categories: ['all', 'fluxcd', 'fluxcd-appliers'],
  },
  [
    {
      name: 'v1',
      served: true,
      storage: true,
      schema: { openAPIV3Schema: schema },
      subresources: { status: {} },
      additionalPrinterColumns: [age, ready, status],
    },
  ],
)
