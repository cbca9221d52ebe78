import type { KubeObject } from '#api'
import { formatDuration, formatYaml, isObject, parseDuration } from '#base'

/**
 * An object as `export` and `create --export` print it: without status and what the server adds, durations (the named fields
 * of the spec) in Go's form, after a line `---`.
 */
export async function exportText(object: KubeObject, durations: readonly string[]): Promise<string> {
  const { apiVersion, kind, metadata, spec } = object
  const { name, namespace, labels, annotations } = metadata
  return `---\n${formatYaml({
    apiVersion,
    kind,
    metadata: {
      name,
      namespace,
      ...(labels && Object.keys(labels).length > 0 ? { labels } : {}),
      ...(annotations && Object.keys(annotations).length > 0 ? { annotations } : {}),
    },
    spec: isObject(spec) ? asGoWrites(spec, durations) : spec,
  })}`
}

function asGoWrites(spec: Record<string, unknown>, durations: readonly string[]): Record<string, unknown> {
  const fields = Object.entries(spec)
    // Flux leaves out switches that are off, but `prune`, which is required.
    .filter(([field, value]) => value !== false || field === 'prune')
    .map(([field, value]) => {
      const isDuration = durations.includes(field) && typeof value === 'string'
      return [field, isDuration ? formatDuration(parseDuration(value)) : value] as const
    })
  return Object.fromEntries(fields)
}
