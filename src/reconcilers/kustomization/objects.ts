import { type KubeObject, type Kustomization, kustomizeGroup } from '#api'
import { SluiceError } from '#base'
import { type Cluster, findResource } from '#kube'

/** The labels by which an object says which Kustomization owns it. */
export function ownerLabels({ metadata }: Kustomization): Record<string, string> {
  return {
    [`${kustomizeGroup}/name`]: metadata.name,
    [`${kustomizeGroup}/namespace`]: metadata.namespace ?? '',
  }
}

/** Built objects as they are applied: with owner labels, and `commonMetadata` over their own metadata. */
export function labelled(objects: readonly KubeObject[], owner: Kustomization): KubeObject[] {
  const { labels = {}, annotations = {} } = owner.spec.commonMetadata ?? {}
  const ownLabels = { ...labels, ...ownerLabels(owner) }
  return objects.map((object) => ({
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...object.metadata.labels, ...ownLabels },
      ...(Object.keys(annotations).length > 0
        ? { annotations: { ...object.metadata.annotations, ...annotations } }
        : {}),
    },
  }))
}

/**
 * The objects with their namespace as the server wants it: none for cluster-wide kinds. Throws `APPLY_FAILED` for one that
 * needs a namespace and has none, before anything is applied. Kinds that a CRD of the same set brings are taken as they are.
 */
export async function scoped(objects: readonly KubeObject[], cluster: Cluster): Promise<KubeObject[]> {
  const brought = new Set(
    objects.filter(({ kind }) => kind === 'CustomResourceDefinition').map(kindOfDefinition),
  )
  return Promise.all(
    objects.map(async (object) => {
      const { namespace, ...rest } = object.metadata
      if (brought.has(object.kind)) return object
      // A kind that the cluster does not serve is for the apply to name, beside everything else that is wrong.
      const resource = await findResource(cluster, object)
      if (!resource) return object
      if (!resource.namespaced) return namespace === undefined ? object : { ...object, metadata: rest }
      if (namespace) return object
      throw new SluiceError(
        'APPLY_FAILED',
        `${object.kind}/${object.metadata.name} namespace not specified: found none in the object, wanted metadata.namespace or spec.targetNamespace`,
      )
    }),
  )
}

function kindOfDefinition(definition: KubeObject): string {
  return (definition['spec'] as { names?: { kind?: string } } | undefined)?.names?.kind ?? ''
}
