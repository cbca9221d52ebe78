import type { KubeObject } from '#api'
import { numberAt, objectAt, objectsAt, textAt, valueAt } from '../paths.ts'
import {
  ageColumn,
  type Column,
  formatLabels,
  formatSelector,
  humanDuration,
  nameColumn,
  number,
  since,
  text,
  wide,
} from './column.ts'
import { podColumns } from './pod.ts'

const ready: Column = {
  name: 'Ready',
  cell: (object) => `${numberAt(object, 'status.readyReplicas')}/${numberAt(object, 'spec.replicas')}`,
}
const selector: Column = wide({
  name: 'Selector',
  cell: (object) => formatSelector(valueAt(object, 'spec.selector')),
})

function containers(path = 'spec.template.spec.containers'): Column[] {
  const join = (field: string) => (object: KubeObject) =>
    objectsAt(object, path)
      .map((container) => textAt(container, field))
      .join(',')
  return [wide({ name: 'Containers', cell: join('name') }), wide({ name: 'Images', cell: join('image') })]
}

const replicas = [
  nameColumn,
  number('Desired', 'spec.replicas'),
  number('Current', 'status.replicas'),
  number('Ready', 'status.readyReplicas'),
  ageColumn,
  ...containers(),
]

/** Columns of the kinds that run pods. */
export const workloadColumns: Readonly<Record<string, readonly Column[]>> = {
  '/pods': podColumns,
  '/replicationcontrollers': [
    ...replicas,
    wide({ name: 'Selector', cell: (object) => formatLabels(valueAt(object, 'spec.selector')) }),
  ],
  '/podtemplates': [
    nameColumn,
    ...containers('template.spec.containers').map((column) => ({ ...column, priority: 0 })),
    { name: 'Pod Labels', cell: (object) => formatLabels(valueAt(object, 'template.metadata.labels')) },
  ],
  'apps/deployments': [
    nameColumn,
    ready,
    { ...number('Up-to-date', 'status.updatedReplicas'), type: 'string' },
    { ...number('Available', 'status.availableReplicas'), type: 'string' },
    ageColumn,
    ...containers(),
    selector,
  ],
  'apps/replicasets': [...replicas, selector],
  'apps/statefulsets': [nameColumn, ready, ageColumn, ...containers()],
  'apps/daemonsets': [
    nameColumn,
    number('Desired', 'status.desiredNumberScheduled'),
    number('Current', 'status.currentNumberScheduled'),
    number('Ready', 'status.numberReady'),
    number('Up-to-date', 'status.updatedNumberScheduled'),
    number('Available', 'status.numberAvailable'),
    {
      name: 'Node Selector',
      cell: (object) => formatLabels(valueAt(object, 'spec.template.spec.nodeSelector')),
    },
    ageColumn,
    ...containers(),
    selector,
  ],
  'apps/controllerrevisions': [
    nameColumn,
    { name: 'Controller', cell: controllerOf },
    { name: 'Revision', cell: (object) => numberAt(object, 'revision') },
    ageColumn,
  ],
  'batch/jobs': [
    nameColumn,
    { name: 'Status', cell: jobStatus },
    { name: 'Completions', cell: completions },
    { name: 'Duration', cell: duration },
    ageColumn,
    ...containers(),
    selector,
  ],
  'batch/cronjobs': [
    nameColumn,
    text('Schedule', 'spec.schedule'),
    text('Timezone', 'spec.timeZone', '<none>'),
    {
      name: 'Suspend',
      type: 'boolean',
      cell: (object) => (textAt(object, 'spec.suspend') === 'true' ? 'True' : 'False'),
    },
    { name: 'Active', type: 'integer', cell: (object) => objectsAt(object, 'status.active').length },
    { name: 'Last Schedule', cell: lastSchedule },
    ageColumn,
    ...containers('spec.jobTemplate.spec.template.spec.containers'),
    wide({
      name: 'Selector',
      cell: (object) => formatSelector(valueAt(object, 'spec.jobTemplate.spec.selector')),
    }),
  ],
}

function controllerOf({ metadata }: KubeObject): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller)
  if (!owner) return '<none>'
  const [group = '', version] = owner.apiVersion.split('/')
  const kind = version === undefined ? owner.kind : `${owner.kind}.${group}`
  return `${kind.toLowerCase()}/${owner.name}`
}

function lastSchedule(object: KubeObject, now: number): string {
  const time = valueAt(object, 'status.lastScheduleTime')
  return time === undefined ? '<none>' : since(time, now)
}

function completions(object: KubeObject): string {
  const succeeded = numberAt(object, 'status.succeeded')
  const wanted = valueAt(object, 'spec.completions')
  if (typeof wanted === 'number') return `${succeeded}/${wanted}`
  const parallelism = numberAt(object, 'spec.parallelism')
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`
}

function duration(object: KubeObject, now: number): string {
  const { startTime, completionTime } = objectAt(object, 'status')
  if (typeof startTime !== 'string') return ''
  const end = typeof completionTime === 'string' ? Date.parse(completionTime) : now
  return humanDuration(end - Date.parse(startTime))
}

function jobStatus(object: KubeObject): string {
  const holds = (wanted: string): boolean =>
    objectsAt(object, 'status.conditions').some(({ type, status }) => type === wanted && status === 'True')
  if (holds('Complete')) return 'Complete'
  if (holds('Failed')) return 'Failed'
  if (object.metadata.deletionTimestamp) return 'Terminating'
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(holds) ?? 'Running'
}
