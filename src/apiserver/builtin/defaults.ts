import type { KubeObject } from '#api'
import { isObject } from '#base'
import { ensure } from './fill.ts'
import type { BuiltinKind } from './kind.ts'
import { otherDefaults } from './other-defaults.ts'
import { type Filler, podDefaults } from './pod-defaults.ts'
import { builtinSchema } from './schemas.ts'
import { walk } from './walk.ts'
import { selectJobPods, workloadDefaults } from './workload-defaults.ts'

const fillers: Readonly<Record<string, Filler>> = { ...podDefaults, ...workloadDefaults, ...otherDefaults }

/**
 * The defaults that the real server's code sets beyond those in the schema, in place: by type, wherever the type stands. On
 * creation also what belongs to a new object only (a Namespace's finalizer, a Job's selector; needs metadata.uid).
 */
export function setBuiltinDefaults(kind: BuiltinKind, object: KubeObject, isCreate: boolean): void {
  walk(builtinSchema(kind.schemaName), object, ({ value, type }) => {
    if (isObject(value) && Object.hasOwn(fillers, type)) fillers[type]?.(value)
  })
  if (!isCreate) return
  if (kind.group === 'batch' && kind.kind === 'Job') selectJobPods(object)
  if (kind.group === '' && kind.kind === 'Namespace') addFinalizer(object)
}

function addFinalizer(namespace: KubeObject): void {
  const spec = ensure(namespace, 'spec')
  const found: unknown[] = Array.isArray(spec['finalizers']) ? spec['finalizers'] : []
  if (!found.includes('kubernetes')) spec['finalizers'] = [...found, 'kubernetes']
}
