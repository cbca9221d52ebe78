import { SluiceError } from '#base'
import type { ObjectRef } from '#kube'
import type { KindDescription } from './kinds.ts'
import type { Session } from './session.ts'

/** Throws `NAME_MISSING` when a command names no object and does not say `--all`. */
export function checkNamed(
  { human }: KindDescription,
  names: readonly string[],
  all: boolean | undefined,
): void {
  if (names.length === 0 && !all) throw new SluiceError('NAME_MISSING', `${human} name is required`)
}

/**
 * The objects that a command names, each once, or all of the namespace when it names none. Names that are not there are told
 * and skipped; throws `OBJECTS_NOT_FOUND` for all of nothing.
 */
export async function selectNamed(
  { apiVersion, kind }: KindDescription,
  names: readonly string[],
  { cluster, namespace, terminal }: Session,
): Promise<ObjectRef[]> {
  const { items } = await cluster.list({
    apiVersion,
    kind,
    namespace,
    ...(names.length === 1 ? { fieldSelector: `metadata.name=${names[0]}` } : {}),
  })
  const there = items.map(({ metadata }) => metadata.name).sort()
  if (names.length === 0) {
    if (there.length === 0)
      throw new SluiceError('OBJECTS_NOT_FOUND', `no ${kind} objects found in ${namespace} namespace`)
    return there.map((name) => ({ apiVersion, kind, name, namespace }))
  }
  return [...new Set(names)].flatMap((name) => {
    if (there.includes(name)) return [{ apiVersion, kind, name, namespace }]
    terminal.say('failure', `${kind} object '${name}' not found in ${namespace} namespace`)
    return []
  })
}
