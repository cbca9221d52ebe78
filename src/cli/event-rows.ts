import { groupOf, type KubeObject } from '#api'
import { formatAge } from './age.ts'

/** core/v1 Event, as far as it is printed. */
export interface KubeEvent extends KubeObject {
  involvedObject: { apiVersion?: string; kind?: string; name?: string; namespace?: string }
  type?: string
  reason?: string
  message?: string
  count?: number
  eventTime?: string | null
  firstTimestamp?: string | null
  lastTimestamp?: string | null
  series?: { count: number; lastObservedTime: string }
}

/** Whether an event is about a kind of Flux. */
export function isOfFlux({ involvedObject }: KubeEvent): boolean {
  return groupOf(involvedObject.apiVersion ?? '').endsWith('.toolkit.fluxcd.io')
}

/** Orders events by when they were last seen, oldest first; within a second by when the server heard of them. */
export function compareEvents(a: KubeEvent, b: KubeEvent): number {
  return lastSeen(a) - lastSeen(b) || versionOf(a) - versionOf(b)
}

/** The cells of an event: when, type, reason, object, message. */
export function eventRow(event: KubeEvent, now: number, withNamespace: boolean): string[] {
  const { involvedObject, metadata, type = '', reason = '', message = '' } = event
  return [
    ...(withNamespace ? [metadata.namespace ?? ''] : []),
    seenText(event, now),
    type,
    reason,
    `${involvedObject.kind ?? ''}/${involvedObject.name ?? ''}`,
    message.trim(),
  ]
}

/** The titles of {@link eventRow}. */
export function eventTitles(withNamespace: boolean): string[] {
  return [...(withNamespace ? ['namespace'] : []), 'last seen', 'type', 'reason', 'object', 'message']
}

function seenText(event: KubeEvent, now: number): string {
  const { series, count = 1 } = event
  const since = (time: string | null | undefined): string =>
    time ? formatAge(now - Date.parse(time)) : '<unknown>'
  const first = since(event.eventTime ?? event.firstTimestamp)
  if (series) return `${since(series.lastObservedTime)} (x${series.count} over ${first})`
  return count > 1 ? `${since(event.lastTimestamp)} (x${count} over ${first})` : first
}

function lastSeen({ series, lastTimestamp, eventTime, metadata }: KubeEvent): number {
  const time = series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp
  return time ? Date.parse(time) : 0
}

// Resource versions grow (KEP-5504 makes their order part of the API).
function versionOf({ metadata }: KubeEvent): number {
  return Number(metadata.resourceVersion) || 0
}
