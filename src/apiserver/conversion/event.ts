import type { KubeObject } from '#api'
import type { Conversion } from './conversion.ts'

// core/v1 field → events.k8s.io/v1 field; all others have the same name in both.
const renamed = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
] as const

const toNew = new Map<string, string>(renamed)
const toCore = new Map<string, string>(renamed.map(([core, event]) => [event, core]))

/** events.k8s.io/v1 over the core/v1 Events that are stored. */
export const eventConversion: Conversion = {
  read: (stored) => rename(stored, toNew, 'events.k8s.io/v1'),
  write: (object) => rename(object, toCore, 'v1'),
}

function rename(object: KubeObject, names: ReadonlyMap<string, string>, apiVersion: string): KubeObject {
  const fields = Object.entries(object).map(([name, value]) => [names.get(name) ?? name, value])
  return { ...(Object.fromEntries(fields) as KubeObject), apiVersion }
}
