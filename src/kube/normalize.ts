import type { KubeObject } from '#api'
import { isObject } from '#base'

const podTemplatePaths: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec'],
  Deployment: ['spec', 'template', 'spec'],
  StatefulSet: ['spec', 'template', 'spec'],
  DaemonSet: ['spec', 'template', 'spec'],
  ReplicaSet: ['spec', 'template', 'spec'],
  Job: ['spec', 'template', 'spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
}

/**
 * An object as it is applied: without status, a Secret's `stringData` folded into `data`, and the protocol of ports
 * written out (server-side apply keys ports by it, so leaving it out makes two ports of one). Changes nothing in place.
 */
export function normalize(object: KubeObject): KubeObject {
  const result: KubeObject = { ...object }
  if (object.kind !== 'CustomResourceDefinition') delete result['status']
  if (object.apiVersion === 'v1' && object.kind === 'Secret' && isObject(object['stringData'])) {
    const encoded = Object.entries(object['stringData']).map(([key, value]) => [
      key,
      Buffer.from(String(value)).toString('base64'),
    ])
    result['data'] = { ...(isObject(object['data']) ? object['data'] : {}), ...Object.fromEntries(encoded) }
    delete result['stringData']
  }
  if (object.apiVersion === 'v1' && object.kind === 'Service')
    return edit(result, ['spec'], withPortProtocols)
  const path = podTemplatePaths[object.kind]
  return path ? edit(result, path, withContainerProtocols) : result
}

type Fields = Record<string, unknown>

function withContainerProtocols(spec: Fields): Fields {
  const lists = ['containers', 'initContainers'].flatMap((list) => {
    const containers = spec[list]
    return Array.isArray(containers)
      ? [[list, containers.map((item: unknown) => (isObject(item) ? withPortProtocols(item) : item))]]
      : []
  })
  return lists.length === 0 ? spec : { ...spec, ...(Object.fromEntries(lists) as Fields) }
}

function withPortProtocols(owner: Fields): Fields {
  const { ports } = owner
  if (!Array.isArray(ports)) return owner
  return {
    ...owner,
    ports: ports.map((port: unknown) =>
      isObject(port) && port['protocol'] === undefined ? { ...port, protocol: 'TCP' } : port,
    ),
  }
}

function edit<T extends Fields>(
  object: T,
  [step, ...rest]: readonly string[],
  change: (value: Fields) => Fields,
): T {
  if (step === undefined) return change(object) as T
  const inner = object[step]
  return isObject(inner) ? { ...object, [step]: edit(inner, rest, change) } : object
}
