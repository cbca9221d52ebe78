import { notImplemented } from './status-error.ts'

// Groups of Kubernetes that this server leaves out whole.
const groups = new Set([
  'authentication.k8s.io',
  'authorization.k8s.io',
  'certificates.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'internal.apiserver.k8s.io',
  'metrics.k8s.io',
  'resource.k8s.io',
  'storagemigration.k8s.io',
])
// Paths outside the groups.
const roots = new Set(['metrics', 'logs', 'debug', 'configz', '.well-known'])
// Resources and subresources of served groups, as `<group>/<plural>[/<subresource>]`.
const parts = new Set([
  '/bindings',
  '/componentstatuses',
  '/watch',
  '/proxy',
  '/nodes/proxy',
  '/pods/attach',
  '/pods/binding',
  '/pods/ephemeralcontainers',
  '/pods/eviction',
  '/pods/exec',
  '/pods/log',
  '/pods/portforward',
  '/pods/proxy',
  '/pods/resize',
  '/replicationcontrollers/scale',
  '/serviceaccounts/token',
  '/services/proxy',
])

/** The 501 for a part of Kubernetes that exists and is not served here; undefined for what does not exist. */
export function notServed(group: string, plural?: string, subresource?: string): Error | undefined {
  if (plural === undefined) return groups.has(group) || roots.has(group) ? notImplemented(group) : undefined
  const known = parts.has([group, plural, ...(subresource ? [subresource] : [])].join('/'))
  if (!known && plural !== 'watch') return undefined
  const what = subresource ? `the ${subresource} subresource of ${plural}` : plural
  return notImplemented(group ? `${what} in ${group}` : what)
}
