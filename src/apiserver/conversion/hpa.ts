import { isObject } from '#base'
import { objectAt } from '../paths.ts'
import type { Conversion } from './conversion.ts'

/** autoscaling/v1 over the autoscaling/v2 objects that are stored: one CPU target against a list of metrics. */
export const hpaConversion: Conversion = {
  read(stored) {
    const { metrics, behavior: _behavior, ...spec } = objectAt(stored, 'spec')
    const target = objectAt(objectAt(cpuMetric(metrics) ?? {}, 'resource'), 'target')
    const status = objectAt(stored, 'status')
    const { currentMetrics: _current, conditions: _conditions, ...numbers } = status
    const { averageUtilization } = target
    return {
      ...stored,
      apiVersion: 'autoscaling/v1',
      spec: {
        ...spec,
        ...(averageUtilization === undefined ? {} : { targetCPUUtilizationPercentage: averageUtilization }),
      },
      ...(stored['status'] === undefined ? {} : { status: numbers }),
    }
  },
  write(object) {
    const { targetCPUUtilizationPercentage: percentage, ...spec } = objectAt(object, 'spec')
    const metric = {
      type: 'Resource',
      resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: percentage } },
    }
    return {
      ...object,
      apiVersion: 'autoscaling/v2',
      spec: { ...spec, ...(percentage === undefined ? {} : { metrics: [metric] }) },
    }
  },
}

function cpuMetric(metrics: unknown): Record<string, unknown> | undefined {
  if (!Array.isArray(metrics)) return undefined
  return metrics.filter(isObject).find((metric) => objectAt(metric, 'resource')['name'] === 'cpu')
}
