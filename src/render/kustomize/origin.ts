import { formatYaml, isObject, SluiceError } from '#base'
import { metadataOf, type Resource } from './resource.ts'

const known = ['originAnnotations', 'managedByLabel', 'transformerAnnotations']

/** What `buildMetadata:` asks for, on every object. Throws `KUSTOMIZATION_INVALID` for a word it does not know. */
export function writeBuildMetadata(
  resources: readonly Resource[],
  wanted: readonly string[],
  root: string,
): void {
  for (const word of wanted) {
    if (!known.includes(word))
      throw new SluiceError(
        'KUSTOMIZATION_INVALID',
        `unrecognized option ${JSON.stringify(word)} in buildMetadata of ${root}; must be one of ${known.join(', ')}`,
      )
    if (word === 'transformerAnnotations')
      throw new SluiceError(
        'KUSTOMIZE_FIELD_UNSUPPORTED',
        `Cannot build ${root}: it uses transformerAnnotations of buildMetadata, which sluice does not build; remove the word`,
        { details: { file: root } },
      )
  }
  for (const resource of resources) {
    if (wanted.includes('originAnnotations'))
      put(resource, 'annotations', 'config.kubernetes.io/origin', originOf(resource, root))
    if (wanted.includes('managedByLabel'))
      put(resource, 'labels', 'app.kubernetes.io/managed-by', 'kustomize-(devel)')
  }
}

function originOf({ origin }: Resource, root: string): string {
  const { path, configuredIn, configuredBy } = origin
  const value = {
    ...(path === undefined ? {} : { path: relativePath(root, path) }),
    ...(configuredIn === undefined ? {} : { configuredIn: relativePath(root, configuredIn) }),
    ...(configuredBy ? { configuredBy } : {}),
  }
  return formatYaml(value, { keepOrder: true })
}

// Paths are told as seen from the folder that is built.
function relativePath(root: string, path: string): string {
  const from = root === '.' ? [] : root.split('/')
  const to = path.split('/')
  let shared = 0
  while (shared < from.length && from[shared] === to[shared]) shared++
  return [...from.slice(shared).map(() => '..'), ...to.slice(shared)].join('/')
}

function put({ object }: Resource, field: 'labels' | 'annotations', key: string, value: string): void {
  const metadata = metadataOf(object)
  const there = metadata[field]
  metadata[field] = { ...(isObject(there) ? there : {}), [key]: value }
}
