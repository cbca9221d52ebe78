import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KubeObject } from '#api'
import { isObject, parseYamlAll } from '#base'

const folder = join(import.meta.dirname, '../../../shared/contracts/observed')

/** Whether the recordings of the real Flux lie beside this checkout. */
export const hasRecordings: boolean = existsSync(folder)

/** The objects of a recorded file, e.g. `objects.yaml` of a scenario. */
export function recorded(scenario: string, file: string): KubeObject[] {
  const text = readFileSync(join(folder, scenario, file), 'utf8')
  const values = file.endsWith('.jsonl')
    ? text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown)
    : parseYamlAll(text, { file })
  const documents = values.filter(isObject) as unknown as KubeObject[]
  return documents.flatMap((document) =>
    Array.isArray(document['items']) ? (document['items'] as KubeObject[]) : [document],
  )
}

/** An object without what differs from run to run: times, uids, versions, digests, durations, addresses, sizes. */
export function normalized(object: KubeObject): unknown {
  return JSON.parse(
    JSON.stringify(object, (key, value: unknown) => {
      if (['uid', 'resourceVersion', 'creationTimestamp', 'size', 'clusterIP', 'clusterIPs'].includes(key))
        return `<${key}>`
      return typeof value === 'string' ? normalizedText(value) : value
    }),
  )
}

/** A text without what differs from run to run. */
export function normalizedText(text: string): string {
  return text
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>')
    .replace(/sha256:[0-9a-f]{64}/g, 'sha256:<digest>')
    .replace(/\b([0-9.]+(ms|µs|s|m|h))+\b(?=,|$)/g, '<duration>')
    .replace(/http:\/\/(127\.0\.0\.1:9790|artifacts\.test)\//g, 'http://<artifacts>/')
    .replace(/podinfo-[0-9a-z]{8,10}\b/g, 'podinfo-<hash>')
}

/** The manifest that a field manager applied: the part of an object that its Apply entry owns, less Flux's own labels. */
export function appliedManifest(object: KubeObject, manager: string): KubeObject {
  const entry = object.metadata.managedFields?.find(
    (candidate) => candidate.manager === manager && candidate.operation === 'Apply',
  )
  const manifest = project(object, entry?.fieldsV1 ?? {}) as KubeObject
  const labels = Object.entries(manifest.metadata?.labels ?? {}).filter(
    ([key]) => !key.startsWith('kustomize.toolkit.fluxcd.io/'),
  )
  const { name } = object.metadata
  return {
    ...manifest,
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: {
      ...manifest.metadata,
      name,
      ...(labels.length > 0 ? { labels: Object.fromEntries(labels) } : { labels: {} }),
    },
  }
}

function project(value: unknown, fields: Record<string, unknown>): unknown {
  const members = Object.entries(fields).filter(([key]) => key !== '.')
  if (members.length === 0) return value
  if (Array.isArray(value)) {
    // In the order of the object: the entry's own order is that of its keys.
    return value.flatMap((item: unknown) => {
      const member = members.find(([key]) => isNamedBy(item, JSON.parse(key.slice(2))))
      return member ? [project(item, member[1] as Record<string, unknown>)] : []
    })
  }
  if (!isObject(value)) return value
  return Object.fromEntries(
    members.map(([key, inner]) => [
      key.slice(2),
      project(value[key.slice(2)], inner as Record<string, unknown>),
    ]),
  )
}

function isNamedBy(item: unknown, key: unknown): boolean {
  if (!isObject(key) || !isObject(item)) return item === key
  return Object.entries(key).every(([name, value]) => item[name] === value)
}
