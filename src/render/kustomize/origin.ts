import { isObject, SluiceError, formatYaml } from '#base'
import { metadataOf, type Resource } from './resource.ts'

const known = ['originAnnotations', 'managedByLabel', 'transformerAnnotations']

/** What `buildMetadata:` asks for, on every object. Throws `KUSTOMIZATION_INVALID` for a word it does not know. */
export function writeBuildMetadata(
  resources: readonly Resource[],
  wanted: readonly string[],
  file: string,
): void {
  for (const word of wanted) {
    if (!known.includes(word))
      throw new SluiceError(
        'KUSTOMIZATION_INVALID',
        `unrecognized option ${JSON.stringify(word)} in buildMetadata of ${file}; must be one of ${known.join(', ')}`,
      )
    if (word === 'transformerAnnotations')
      throw new SluiceError(
        'KUSTOMIZE_FIELD_UNSUPPORTED',
        `Cannot build ${file}: it uses transformerAnnotations of buildMetadata, which sluice does not build; remove the word`,
        { details: { file } },
      )
  }
  for (const resource of resources) {
    if (wanted.includes('originAnnotations'))
      put(resource, 'annotations', 'config.kubernetes.io/origin', formatYaml(originOf(resource)))
    if (wanted.includes('managedByLabel'))
      put(resource, 'labels', 'app.kubernetes.io/managed-by', 'kustomize-(devel)')
  }
}

function originOf({ origin }: Resource): Record<string, unknown> {
  return { ...origin }
}

function put({ object }: Resource, field: 'labels' | 'annotations', key: string, value: string): void {
  const metadata = metadataOf(object)
  const there = metadata[field]
  metadata[field] = { ...(isObject(there) ? there : {}), [key]: value }
}
