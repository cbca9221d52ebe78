import type { ContentReader, ContentWriter, Descriptor } from '#oci'

/**
 * Gives what `source` names further tags in the same repository, by putting the very same manifest under each; stops at the
 * first failure. `onTag` hears of each one that is done.
 */
export async function tagArtifact(
  repository: ContentReader & ContentWriter,
  source: string | undefined,
  tags: readonly string[],
  onTag: (tag: string) => void = () => undefined,
): Promise<Descriptor> {
  const { descriptor, bytes } = await repository.fetchManifest(source)
  for (const tag of tags) {
    await repository.putManifest(tag, bytes)
    onTag(tag)
  }
  return descriptor
}
