import type { Condition, KubeObject } from '#api'
import { isObject } from '#base'
import { condition } from '#kube'

/** The status of an object; empty when it has none. */
export function statusOf({ status }: KubeObject): Record<string, unknown> {
  return isObject(status) ? status : {}
}

/** The Ready condition of an object. */
export function readyOf(object: KubeObject): Condition | undefined {
  return condition(statusOf(object), 'Ready')
}

/** Whether an object is suspended. */
export function isSuspended({ spec }: KubeObject): boolean {
  return isObject(spec) && spec['suspend'] === true
}
