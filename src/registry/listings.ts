import { mediaTypes } from '#oci'
import { bad, json, nameUnknown } from './answer.ts'
import { readDigest } from './blobs.ts'
import type { RegistryStore } from './store.ts'

const maxPage = 10_000

/** GET tags/list (distribution-spec, "Listing Tags"). */
export async function listTags(store: RegistryStore, repository: string, url: URL): Promise<Response> {
  const tags = await store.links(repository, 'tags')
  if (tags.length === 0 && (await store.links(repository, 'manifests')).length === 0)
    throw nameUnknown(repository)
  return page(url, `/v2/${repository}/tags/list`, tags, (part) => ({ name: repository, tags: part }))
}

/** GET _catalog, which is Docker's and not in the specification. */
export async function listRepositories(store: RegistryStore, url: URL): Promise<Response> {
  const names: string[] = []
  for (const name of await store.repositories())
    if ((await store.links(name, 'manifests')).length > 0) names.push(name)
  return page(url, '/v2/_catalog', names, (part) => ({ repositories: part }))
}

/** GET referrers (distribution-spec, "Listing Referrers"); an unknown subject has none. */
export async function listReferrers(
  store: RegistryStore,
  repository: string,
  text: string,
  url: URL,
): Promise<Response> {
  const subject = readDigest(text)
  const keys = (await store.links(repository, 'referrers')).filter((key) => key.startsWith(`${subject}/`))
  const manifests: unknown[] = []
  const artifactType = url.searchParams.get('artifactType')
  for (const key of keys.sort()) {
    const entry = JSON.parse((await store.link(repository, 'referrers', key)) ?? 'null') as {
      artifactType?: string
    } | null
    if (entry && (artifactType === null || entry.artifactType === artifactType)) manifests.push(entry)
  }
  const response = json({ schemaVersion: 2, mediaType: mediaTypes.index, manifests }, 200, mediaTypes.index)
  if (artifactType !== null) response.headers.set('oci-filters-applied', 'artifactType')
  return response
}

function page(url: URL, path: string, items: string[], bodyOf: (part: string[]) => unknown): Response {
  const asked = url.searchParams.get('n')
  if (asked !== null && !/^\d+$/.test(asked))
    throw bad('PAGINATION_NUMBER_INVALID', 'invalid number of results requested', { n: asked })
  const n = asked === null ? maxPage : Math.min(Number(asked), maxPage)
  const last = url.searchParams.get('last')
  const sorted = items.filter((item) => last === null || item > last).sort()
  const part = sorted.slice(0, n)
  const response = json(bodyOf(part))
  const end = part.at(-1)
  if (end !== undefined && part.length < sorted.length) {
    const query = new URLSearchParams({ last: end, n: String(n) }).toString()
    response.headers.set('link', `<${path}?${query}>; rel="next"`)
  }
  return response
}
