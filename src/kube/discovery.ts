import { groupOf, versionOf } from '#api'
import { type Clock, isCode, SluiceError, suggestion } from '#base'

/** One kind as the API server serves it. */
export interface Resource {
  apiVersion: string
  kind: string
  plural: string
  namespaced: boolean
}

interface ResourceList {
  resources?: { name: string; kind: string; namespaced: boolean }[]
}

// A kind that is not there may appear with the next CRD, yet a wrong manifest must not turn into a request per object.
const missTtl = 2000

/** Finds kinds by asking the server once per group and version. */
export interface Discovery {
  /** Throws `KUBE_KIND_UNKNOWN`. */
  resourceOf(apiVersion: string, kind: string): Promise<Resource>
}

/** Opens a {@link Discovery} over a function that fetches a path's JSON. */
export function createDiscovery(fetchJson: (path: string) => Promise<unknown>, clock: Clock): Discovery {
  const known = new Map<string, { at: number; resources: Promise<Map<string, Resource>> }>()
  const load = (apiVersion: string): { at: number; resources: Promise<Map<string, Resource>> } => {
    const entry = { at: clock.now(), resources: resourcesOf(apiVersion, fetchJson) }
    known.set(apiVersion, entry)
    entry.resources.catch(() => known.delete(apiVersion))
    return entry
  }
  return {
    async resourceOf(apiVersion, kind) {
      const entry = known.get(apiVersion) ?? load(apiVersion)
      const resources = await entry.resources
      const found = resources.get(kind)
      if (found) return found
      const fresh =
        clock.now() - entry.at > missTtl ? (await load(apiVersion).resources).get(kind) : undefined
      if (fresh) return fresh
      throw new SluiceError(
        'KUBE_KIND_UNKNOWN',
        `no matches for kind "${kind}" in version "${apiVersion}"${suggestion(kind, resources.keys())}`,
      )
    },
  }
}

async function resourcesOf(
  apiVersion: string,
  fetchJson: (path: string) => Promise<unknown>,
): Promise<Map<string, Resource>> {
  const resources = new Map<string, Resource>()
  try {
    const list = (await fetchJson(basePath(apiVersion))) as ResourceList
    for (const { name, kind, namespaced } of list.resources ?? [])
      if (!name.includes('/')) resources.set(kind, { apiVersion, kind, plural: name, namespaced })
  } catch (error) {
    // An unknown group is a kind that is not there, not a failure of the server.
    if (!isCode(error, 'KUBE_NOT_FOUND')) throw error
  }
  return resources
}

/** `/api/v1` or `/apis/<group>/<version>`. */
export function basePath(apiVersion: string): string {
  const group = groupOf(apiVersion)
  return group === '' ? `/api/${versionOf(apiVersion)}` : `/apis/${group}/${versionOf(apiVersion)}`
}
