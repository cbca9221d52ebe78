import type { Core } from './core.ts'
import type { Resource } from './resource.ts'

const scaleVerbs = ['get', 'patch', 'update']
const scaleKind = { group: 'autoscaling', version: 'v1', kind: 'Scale' }

interface Version {
  version: string
  resources: Resource[]
}

interface Group {
  name: string
  versions: Version[]
}

/** `/api`: the versions of the core group. */
export function coreVersions(): Record<string, unknown> {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '' }],
  }
}

/** `/apis`: every named group. */
export function groupList(core: Core): Record<string, unknown> {
  const groups = groupsOf(core).filter(({ name }) => name !== '')
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(describeGroup) }
}

/** `/apis/<group>`, undefined when there is no such group. */
export function group(core: Core, name: string): Record<string, unknown> | undefined {
  const found = groupsOf(core).find((one) => one.name === name)
  return found && { kind: 'APIGroup', apiVersion: 'v1', ...describeGroup(found) }
}

/** `/api/v1` and `/apis/<group>/<version>`: the resources of one version. */
export function resourceList(
  core: Core,
  groupName: string,
  version: string,
): Record<string, unknown> | undefined {
  const found = groupsOf(core)
    .find(({ name }) => name === groupName)
    ?.versions.find((one) => one.version === version)
  if (!found) return undefined
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: groupVersionOf(groupName, version),
    resources: found.resources.flatMap(describeResource),
  }
}

/** Aggregated discovery (apidiscovery.k8s.io/v2) of `/api` or `/apis`. */
export function aggregated(core: Core, ofCore: boolean): Record<string, unknown> {
  const groups = groupsOf(core).filter(({ name }) => (name === '') === ofCore)
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map(({ name, versions }) => ({
      metadata: { ...(name ? { name } : {}), creationTimestamp: null },
      versions: versions.map(({ version, resources }) => ({
        version,
        resources: resources.map(describeAggregated),
        freshness: 'Current',
      })),
    })),
  }
}

function groupsOf({ resources }: Core): Group[] {
  const groups = new Map<string, Map<string, Resource[]>>()
  for (const resource of resources.all()) {
    const versions = groups.get(resource.group) ?? new Map<string, Resource[]>()
    groups.set(resource.group, versions)
    versions.set(resource.version, [...(versions.get(resource.version) ?? []), resource])
  }
  return [...groups].map(([name, versions]) => ({
    name,
    versions: [...versions]
      .map(([version, found]) => ({ version, resources: found }))
      .sort((a, b) => compareVersions(a.version, b.version)),
  }))
}

/** Kubernetes' order: v2 before v1 before v1beta2 before v1beta1 before v1alpha1 before anything else. */
export function compareVersions(a: string, b: string): number {
  const rank = (text: string): [number, number, number] => {
    const [, major, stage, minor] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(text) ?? []
    if (major === undefined) return [3, 0, 0]
    return [stage === undefined ? 0 : stage === 'beta' ? 1 : 2, -Number(major), -Number(minor ?? 0)]
  }
  const [left, right] = [rank(a), rank(b)]
  const decisive = left.findIndex((part, index) => part !== right[index])
  return decisive < 0 ? a.localeCompare(b) : (left[decisive] ?? 0) - (right[decisive] ?? 0)
}

function groupVersionOf(name: string, version: string): string {
  return name ? `${name}/${version}` : version
}

function describeGroup({ name, versions }: Group): Record<string, unknown> {
  const described = versions.map(({ version }) => ({ groupVersion: groupVersionOf(name, version), version }))
  return { name, versions: described, preferredVersion: described[0] }
}

function describeResource(resource: Resource): Record<string, unknown>[] {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories, hasStatus, scale } = resource
  const main = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
  }
  const part = { singularName: '', namespaced, verbs: scaleVerbs }
  return [
    main,
    ...(scale ? [{ name: `${plural}/scale`, ...part, ...scaleKind }] : []),
    ...(hasStatus ? [{ name: `${plural}/status`, ...part, kind }] : []),
  ]
}

function describeAggregated(resource: Resource): Record<string, unknown> {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories, hasStatus, scale } = resource
  const { group: groupName, version } = resource
  const responseKind = { group: groupName, version, kind }
  const subresources = [
    ...(scale ? [{ subresource: 'scale', responseKind: scaleKind, verbs: scaleVerbs }] : []),
    ...(hasStatus ? [{ subresource: 'status', responseKind, verbs: scaleVerbs }] : []),
  ]
  return {
    resource: plural,
    responseKind,
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(subresources.length > 0 ? { subresources } : {}),
  }
}
