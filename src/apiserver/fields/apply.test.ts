import { expect, test } from 'vitest'
import type { KubeObject, ManagedFieldsEntry, Schema } from '#api'
import { clone } from '#base'
import { builtinSchema } from '../builtin/schemas.ts'
import { type ApplyInput, applyPatch } from './apply.ts'
import { conflictMessage } from './conflict.ts'
import { sameButTimes } from './owners.ts'
import { trackUpdate } from './track.ts'

const deployment = builtinSchema('io.k8s.api.apps.v1.Deployment')
const configMap = builtinSchema('io.k8s.api.core.v1.ConfigMap')
const service = builtinSchema('io.k8s.api.core.v1.Service')
const t1 = '2026-01-01T00:00:01Z'
const t2 = '2026-01-01T00:00:02Z'

const cm = (data: unknown, metadata: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'cm', namespace: 'd', ...metadata },
  ...(data === undefined ? {} : { data }),
})
const deploy = (spec: Record<string, unknown>): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd' },
  spec: { selector: { matchLabels: { app: 'x' } }, ...spec },
})
const podSpec = (spec: Record<string, unknown>): KubeObject =>
  deploy({ template: { metadata: { labels: { app: 'x' } }, spec } })

type Options = Partial<Omit<ApplyInput, 'applied'>>
function attempt(applied: KubeObject, options: Options = {}) {
  const schema = applied.kind === 'Deployment' ? deployment : configMap
  return applyPatch({ schema, manager: 'a', force: false, now: t1, applied, ...options })
}
function apply(applied: KubeObject, options: Options = {}): KubeObject {
  const result = attempt(applied, options)
  if ('conflicts' in result) throw new Error(conflictMessage(result.conflicts))
  return result.object
}
function update(before: KubeObject | undefined, after: KubeObject, manager = 'u', now = t1): KubeObject {
  const schema = after.kind === 'Deployment' ? deployment : configMap
  const stored = clone(after)
  const managedFields = trackUpdate({ schema, after: stored, manager, now, ...(before ? { before } : {}) })
  if (managedFields.length > 0) stored.metadata.managedFields = managedFields
  else delete stored.metadata.managedFields
  return stored
}
const fieldsOf = (object: KubeObject, manager = 'a', operation = 'Apply'): unknown =>
  entryOf(object, manager, operation)?.fieldsV1
const entryOf = (object: KubeObject, manager = 'a', operation = 'Apply'): ManagedFieldsEntry | undefined =>
  object.metadata.managedFields?.find((entry) => entry.manager === manager && entry.operation === operation)
const conflictsOf = (result: ReturnType<typeof attempt>): string[] =>
  'conflicts' in result ? result.conflicts.map(({ message, field }) => `${message}: ${field}`) : []

test('a first apply owns what it names', () => {
  const object = apply(cm({ a: '1' }, { labels: { l: 'x' } }))
  expect(object.metadata.managedFields).toEqual([
    {
      apiVersion: 'v1',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:data': { 'f:a': {} }, 'f:metadata': { 'f:labels': { 'f:l': {} } } },
      manager: 'a',
      operation: 'Apply',
      time: t1,
    },
  ])
})

test('identity, server metadata and status of the main resource are never owned', () => {
  const applied = deploy({ replicas: 1 })
  Object.assign(applied.metadata, { namespace: 'd', creationTimestamp: null, uid: 'u', generateName: 'g-' })
  Object.assign(applied, { status: { replicas: 3 } })
  const object = apply(applied)
  expect(fieldsOf(object)).toEqual({
    'f:metadata': { 'f:generateName': {} },
    'f:spec': { 'f:replicas': {}, 'f:selector': {} },
  })
  expect(object).not.toHaveProperty('status')
})

test('containers, ports and volumes are owned by their keys, defaults filled in', () => {
  const container = {
    name: 'c',
    image: 'i',
    command: ['x'],
    ports: [{ containerPort: 80 }],
    resources: { limits: { cpu: '1' } },
  }
  const object = apply(podSpec({ containers: [container], volumes: [{ name: 'v', emptyDir: {} }] }))
  expect(fieldsOf(object)).toMatchObject({
    'f:spec': {
      'f:template': {
        'f:metadata': { 'f:labels': { 'f:app': {} } },
        'f:spec': {
          'f:containers': {
            'k:{"name":"c"}': {
              '.': {},
              'f:command': {},
              'f:image': {},
              'f:name': {},
              'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
              'f:resources': { 'f:limits': { 'f:cpu': {} } },
            },
          },
          'f:volumes': { 'k:{"name":"v"}': { '.': {}, 'f:emptyDir': {}, 'f:name': {} } },
        },
      },
    },
  })
})

test('applying the same again returns the live object itself', () => {
  const live = apply(cm({ a: '1' }))
  expect(apply(cm({ a: '1' }), { live, now: t2 })).toBe(live)
})

test('a changed value is written and the time of the entry moves', () => {
  const live = apply(cm({ a: '1' }))
  const object = apply(cm({ a: '2' }), { live, now: t2 })
  expect(object['data']).toEqual({ a: '2' })
  expect(entryOf(object)?.time).toBe(t2)
})

test('a field that is no longer applied is removed', () => {
  const live = apply(cm({ a: '1', b: '2' }))
  expect(apply(cm({ b: '2' }), { live })['data']).toEqual({ b: '2' })
})

test('a field that is no longer applied stays when another manager owns it too', () => {
  const live = apply(cm({ a: '1', b: '1' }), { live: apply(cm({ a: '1', b: '1' })), manager: 'b' })
  const object = apply(cm({ b: '1' }), { live })
  expect(object['data']).toEqual({ a: '1', b: '1' })
  expect(fieldsOf(object)).toEqual({ 'f:data': { 'f:b': {} } })
  expect(fieldsOf(object, 'b')).toEqual({ 'f:data': { 'f:a': {}, 'f:b': {} } })
})

test('a field that nobody owns stays', () => {
  const live = apply(cm({ a: '1', b: '1' }))
  ;(live['data'] as Record<string, string>)['c'] = 'own'
  expect(apply(cm({ a: '1' }), { live })['data']).toEqual({ a: '1', c: 'own' })
})

test('a whole struct given up goes with its defaults', () => {
  const probe = { exec: { command: ['x'] } }
  const live = apply(podSpec({ containers: [{ name: 'c', livenessProbe: probe }] }))
  const stored = clone(live) as unknown as {
    spec: { template: { spec: { containers: { livenessProbe?: object }[] } } }
  }
  Object.assign(stored.spec.template.spec.containers[0]?.livenessProbe ?? {}, { periodSeconds: 10 })
  const object = apply(podSpec({ containers: [{ name: 'c' }] }), { live: stored as unknown as KubeObject })
  expect(object).toHaveProperty('spec.template.spec.containers', [{ name: 'c' }])
})

test('two managers with the same value share the field', () => {
  const live = apply(cm({ a: '1' }), { now: t1 })
  const object = apply(cm({ a: '1' }), { live, manager: 'b', now: t2 })
  expect(object.metadata.managedFields?.map(({ manager, time }) => [manager, time])).toEqual([
    ['a', t1],
    ['b', t2],
  ])
})

test('another value conflicts with the manager that applied it', () => {
  const live = apply(cm({ a: '1', b: '1' }))
  expect(conflictsOf(attempt(cm({ a: '2', b: '2' }), { live, manager: 'b' }))).toEqual([
    'conflict with "a": .data.a',
    'conflict with "a": .data.b',
  ])
})

test('a conflict with an updater names its version, and its subresource', () => {
  const live = update(undefined, deploy({ replicas: 1 }), 'kubectl-client-side-apply')
  expect(conflictsOf(attempt(deploy({ replicas: 2 }), { live }))).toEqual([
    'conflict with "kubectl-client-side-apply" using apps/v1: .spec.replicas',
  ])
  const scaled = clone(live)
  scaled.metadata.managedFields = trackUpdate({
    schema: deployment,
    before: live,
    after: { ...scaled, spec: { ...(scaled['spec'] as object), replicas: 5 } },
    manager: 'hpa',
    subresource: 'scale',
    now: t2,
  })
  scaled['spec'] = { ...(scaled['spec'] as object), replicas: 5 }
  expect(conflictsOf(attempt(deploy({ replicas: 2 }), { live: scaled }))).toEqual([
    'conflict with "hpa" with subresource "scale" using apps/v1: .spec.replicas',
  ])
})

test('conflicts in lists name the item by its key', () => {
  const live = apply(podSpec({ containers: [{ name: 'c', image: '1' }] }))
  const result = attempt(podSpec({ containers: [{ name: 'c', image: '2' }] }), { live, manager: 'b' })
  expect(conflictsOf(result)).toEqual(['conflict with "a": .spec.template.spec.containers[name="c"].image'])
})

test('the message of several conflicts lists them by manager', () => {
  const live = apply(cm({ a: '1', b: '1' }))
  const result = attempt(cm({ a: '2', b: '2' }), { live, manager: 'b' })
  expect('conflicts' in result && conflictMessage(result.conflicts)).toBe(
    'Apply failed with 2 conflicts: conflicts with "a":\n- .data.a\n- .data.b',
  )
})

test('force takes the field away from its owner', () => {
  const live = apply(cm({ a: '1', b: '1' }))
  const object = apply(cm({ a: '2' }), { live, manager: 'b', force: true })
  expect(object['data']).toEqual({ a: '2', b: '1' })
  expect(fieldsOf(object)).toEqual({ 'f:data': { 'f:b': {} } })
  expect(fieldsOf(object, 'b')).toEqual({ 'f:data': { 'f:a': {} } })
})

test('a manager that lost everything disappears', () => {
  const live = apply(cm({ a: '1' }))
  const object = apply(cm({ a: '2' }), { live, manager: 'b', force: true })
  expect(object.metadata.managedFields?.map(({ manager }) => manager)).toEqual(['b'])
})

test('an item that is given up is removed, others keep theirs', () => {
  const live = apply(podSpec({ containers: [{ name: 'c' }, { name: 'd' }] }))
  const both = apply(podSpec({ containers: [{ name: 'side', image: 's' }] }), { live, manager: 'b' })
  const object = apply(podSpec({ containers: [{ name: 'c' }] }), { live: both })
  expect(object).toHaveProperty('spec.template.spec.containers', [
    { name: 'c' },
    { name: 'side', image: 's' },
  ])
})

test('the order of an applied list wins, and items of others stay where they were', () => {
  const live = apply(podSpec({ containers: [{ name: 'a' }, { name: 'b' }] }))
  const both = apply(podSpec({ containers: [{ name: 'x' }, { name: 'a' }] }), { live, manager: 'b' })
  const namesOf = (object: KubeObject): string[] => {
    const { spec } = object as unknown as { spec: { template: { spec: { containers: { name: string }[] } } } }
    return spec.template.spec.containers.map(({ name }) => name)
  }
  expect(namesOf(both)).toEqual(['x', 'a', 'b'])
  const changed = podSpec({ containers: [{ name: 'b', image: 'new' }, { name: 'a' }] })
  expect(namesOf(apply(changed, { live: both }))).toEqual(['x', 'b', 'a'])
})

test('an atomic list is replaced and owned as a whole', () => {
  const live = apply(podSpec({ containers: [{ name: 'c', args: ['1', '2'] }] }))
  const object = apply(podSpec({ containers: [{ name: 'c', args: ['3'] }] }), { live })
  expect(object).toHaveProperty('spec.template.spec.containers.0.args', ['3'])
})

test('an atomic map is replaced and owned as a whole', () => {
  const svc = (selector: object): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's' },
    spec: { selector },
  })
  const live = apply(svc({ a: '1', b: '2' }), { schema: service })
  const object = apply(svc({ c: '3' }), { schema: service, live })
  expect(object).toHaveProperty('spec.selector', { c: '3' })
  expect(fieldsOf(object)).toEqual({ 'f:spec': { 'f:selector': {} } })
})

test('sets are owned value by value', () => {
  const live = apply(cm(undefined, { finalizers: ['x/a', 'x/b'] }))
  const both = apply(cm(undefined, { finalizers: ['x/c'] }), { live, manager: 'b' })
  expect(fieldsOf(both, 'b')).toEqual({ 'f:metadata': { 'f:finalizers': { 'v:"x/c"': {} } } })
  const object = apply(cm(undefined, { finalizers: ['x/b'] }), { live: both })
  expect(object.metadata.finalizers).toEqual(['x/b', 'x/c'])
})

test('owner references are items by uid, each owned whole', () => {
  const reference = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u1' }
  const object = apply(cm(undefined, { ownerReferences: [reference] }))
  expect(fieldsOf(object)).toEqual({ 'f:metadata': { 'f:ownerReferences': { 'k:{"uid":"u1"}': {} } } })
})

test('status is applied through its subresource only, as an owner of its own', () => {
  const live = apply(deploy({ replicas: 1 }))
  const applied = { ...deploy({ replicas: 7 }), status: { replicas: 3 } }
  const object = apply(applied, { live, subresource: 'status' })
  expect(object).toMatchObject({ spec: { replicas: 1 }, status: { replicas: 3 } })
  expect(object.metadata.managedFields?.map(({ subresource, fieldsV1 }) => [subresource, fieldsV1])).toEqual([
    [undefined, fieldsOf(live)],
    ['status', { 'f:status': { 'f:replicas': {} } }],
  ])
})

test('a kind without a status subresource owns its status like any field', () => {
  const schema: Schema = {
    type: 'object',
    properties: { status: { type: 'object', properties: { a: { type: 'string' } } } },
  }
  const applied = { apiVersion: 'x/v1', kind: 'X', metadata: { name: 'x' }, status: { a: '1' } }
  const object = apply(applied, { schema, hasStatus: false })
  expect(object['status']).toEqual({ a: '1' })
  expect(fieldsOf(object)).toEqual({ 'f:status': { 'f:a': {} } })
})

test('an object that nobody tracked belongs to before-first-apply', () => {
  const live = cm({ a: '1', b: '1' }, { uid: 'u', resourceVersion: '5' })
  expect(conflictsOf(attempt(cm({ a: '2' }), { live }))).toEqual([
    'conflict with "before-first-apply" using v1: .data.a',
  ])
  const object = apply(cm({ a: '2' }), { live, force: true })
  expect(fieldsOf(object, 'before-first-apply', 'Update')).toEqual({ 'f:data': { '.': {}, 'f:b': {} } })
})

test('server-owned metadata comes from the live object, whatever is applied', () => {
  const live = apply(cm({ a: '1' }))
  Object.assign(live.metadata, { uid: 'u', creationTimestamp: t1, resourceVersion: '7' })
  const object = apply(cm({ a: '2' }, { creationTimestamp: null, uid: 'other' }), { live })
  expect(object.metadata).toMatchObject({ uid: 'u', creationTimestamp: t1, resourceVersion: '7' })
})

test('removing a field takes it from the updaters that owned it as well', () => {
  const live = update(apply(cm({ a: '1', b: '1' })), {
    ...apply(cm({ a: '1', b: '1' })),
    data: { a: '1', b: '1', c: '1' },
  })
  const object = apply(cm({ b: '1' }), { live })
  expect(object['data']).toEqual({ b: '1', c: '1' })
  expect(fieldsOf(object, 'u', 'Update')).toEqual({ 'f:data': { 'f:c': {} } })
})

test('an entry of another version of the same manager is replaced', () => {
  const schema: Schema = {
    type: 'object',
    properties: { spec: { type: 'object', properties: { a: { type: 'string' } } } },
  }
  const of = (version: string): KubeObject => ({
    apiVersion: `x/${version}`,
    kind: 'X',
    metadata: { name: 'x' },
    spec: { a: '1' },
  })
  const live = apply(of('v1beta2'), { schema })
  const object = apply(of('v1'), { schema, live: { ...live, apiVersion: 'x/v1' }, now: t2 })
  expect(object.metadata.managedFields?.map(({ apiVersion, time }) => [apiVersion, time])).toEqual([
    ['x/v1', t2],
  ])
})

test('kubectl takes over what it applied on the client without a conflict', () => {
  const annotation = 'kubectl.kubernetes.io/last-applied-configuration'
  const last = JSON.stringify(cm({ a: '1' }))
  const live = update(
    undefined,
    cm({ a: '1', b: '1' }, { annotations: { [annotation]: last } }),
    'kubectl-client-side-apply',
  )
  const object = apply(cm({ a: '2' }), { live, manager: 'kubectl' })
  expect(object['data']).toEqual({ a: '2', b: '1' })
  expect(JSON.parse(object.metadata.annotations?.[annotation] ?? '')).toMatchObject({ data: { a: '2' } })
  expect(conflictsOf(attempt(cm({ b: '2' }), { live, manager: 'kubectl' }))).toEqual([
    'conflict with "kubectl-client-side-apply" using v1: .data.b',
  ])
})

test.each([
  ['two items with one key', podSpec({ containers: [{ name: 'c' }, { name: 'c' }] })],
  ['managedFields', cm({}, { managedFields: [{ manager: 'x' }] })],
])('applyPatch() refuses %s', (_title, applied) => {
  expect(() => attempt(applied)).toThrow(expect.objectContaining({ code: 'OBJECT_INVALID' }))
})

test('applyPatch() refuses an item without its key', () => {
  const list: Schema = {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
  }
  const schema: Schema = { type: 'object', properties: { spec: { type: 'object', properties: { list } } } }
  const applied = { apiVersion: 'x/v1', kind: 'X', metadata: { name: 'x' }, spec: { list: [{ a: 1 }] } }
  expect(() => attempt(applied, { schema })).toThrow(expect.objectContaining({ code: 'OBJECT_INVALID' }))
})

test('sameButTimes() sees nothing but the times', () => {
  const a = apply(cm({ a: '1' }), { now: t1 })
  expect(sameButTimes(a, apply(cm({ a: '1' }), { now: t2 }))).toBe(true)
  expect(sameButTimes(a, apply(cm({ a: '2' }), { now: t2 }))).toBe(false)
})

test('a create of a built-in kind owns its lists but not the structs that are always there', () => {
  const spec = {
    containers: [{ name: 'c', image: 'i', resources: {} }],
    volumes: [{ name: 'v' }],
    securityContext: {},
  }
  const object = update(undefined, podSpec(spec), 'kubectl-create')
  expect(fieldsOf(object, 'kubectl-create', 'Update')).toEqual({
    'f:spec': {
      'f:selector': {},
      'f:template': {
        'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
        'f:spec': {
          'f:containers': {
            'k:{"name":"c"}': { '.': {}, 'f:image': {}, 'f:name': {}, 'f:resources': {} },
          },
          'f:securityContext': {},
          'f:volumes': { '.': {}, 'k:{"name":"v"}': { '.': {}, 'f:name': {} } },
        },
      },
    },
  })
})

test('a create of a custom resource owns its spec as well', () => {
  const schema: Schema = {
    type: 'object',
    properties: { spec: { type: 'object', properties: { a: { type: 'string' } } } },
  }
  const after = {
    apiVersion: 'x/v1',
    kind: 'X',
    metadata: { name: 'x', labels: { l: '1' } },
    spec: { a: '1' },
  }
  const [entry] = trackUpdate({ schema, after, manager: 'm', now: t1 })
  expect(entry?.fieldsV1).toEqual({
    'f:metadata': { 'f:labels': { '.': {}, 'f:l': {} } },
    'f:spec': { '.': {}, 'f:a': {} },
  })
})

test('an update takes changed fields from appliers and leaves the rest', () => {
  const live = apply(cm({ a: '1', b: '1' }))
  const object = update(live, { ...live, data: { a: '2', b: '1' } }, 'u', t2)
  expect(fieldsOf(object)).toEqual({ 'f:data': { 'f:b': {} } })
  expect(fieldsOf(object, 'u', 'Update')).toEqual({ 'f:data': { 'f:a': {} } })
})

test('an update that changes nothing leaves managedFields and their times alone', () => {
  const live = update(undefined, cm({ a: '1' }))
  expect(update(live, live, 'u', t2)).toEqual(live)
})

test('an update that only removes takes the fields from everyone and moves no time', () => {
  const live = update(apply(cm({ a: '1', b: '1' })), {
    ...apply(cm({ a: '1', b: '1' })),
    data: { a: '1', b: '2' },
  })
  const object = update(live, { ...live, data: { a: '1' } }, 'other', t2)
  expect(
    object.metadata.managedFields?.map(({ manager, time, fieldsV1 }) => [manager, time, fieldsV1]),
  ).toEqual([['a', t1, { 'f:data': { 'f:a': {} } }]])
})

test('a finalizer set by a controller is an entry of its own', () => {
  const live = apply(cm({ a: '1' }))
  const object = update(
    live,
    { ...live, metadata: { ...live.metadata, finalizers: ['finalizers.fluxcd.io'] } },
    'c',
  )
  expect(fieldsOf(object, 'c', 'Update')).toEqual({
    'f:metadata': { 'f:finalizers': { '.': {}, 'v:"finalizers.fluxcd.io"': {} } },
  })
})

test('a controller that annotates a Deployment with its status owns both through status', () => {
  const live = apply(deploy({ replicas: 0 }))
  const revision = { annotations: { 'deployment.kubernetes.io/revision': '1' } }
  const condition = { type: 'Available', status: 'True' }
  const after = {
    ...live,
    metadata: { ...live.metadata, ...revision },
    status: { conditions: [condition], observedGeneration: 1 },
  }
  const input = { schema: deployment, before: live, after, manager: 'kube-controller-manager', now: t2 }
  const entries = trackUpdate({ ...input, subresource: 'status' })
  expect(entries[1]).toMatchObject({
    subresource: 'status',
    fieldsV1: {
      'f:metadata': { 'f:annotations': { '.': {}, 'f:deployment.kubernetes.io/revision': {} } },
      'f:status': {
        'f:conditions': { '.': {}, 'k:{"type":"Available"}': { '.': {}, 'f:status': {}, 'f:type': {} } },
        'f:observedGeneration': {},
      },
    },
  })
})

test('appliers stand before updaters, each by time', () => {
  const first = update(undefined, cm({ a: '1' }), 'z', t1)
  const second = apply(cm({ b: '1' }), { live: first, manager: 'y', now: t2 })
  const third = update(second, { ...second, data: { a: '1', b: '1', c: '1' } }, 'x', t2)
  expect(third.metadata.managedFields?.map(({ manager }) => manager)).toEqual(['y', 'z', 'x'])
})

test('an update without managedFields keeps the stored ones', () => {
  const live = apply(cm({ a: '1' }))
  expect(update(live, cm({ a: '1' })).metadata.managedFields).toEqual(live.metadata.managedFields)
})

test('[{}] clears managedFields, [] does not', () => {
  const live = apply(cm({ a: '1' }, { uid: 'u' }))
  expect(update(live, cm({ a: '1' }, { managedFields: [{}] })).metadata.managedFields).toBeUndefined()
  expect(update(live, cm({ a: '1' }, { managedFields: [] })).metadata.managedFields).toHaveLength(1)
})

test('managedFields that a client edits are taken as they are', () => {
  const live = apply(cm({ a: '1' }))
  const edited = clone(live)
  const [entry] = edited.metadata.managedFields ?? []
  if (entry) entry.manager = 'renamed'
  expect(update(live, edited).metadata.managedFields?.map(({ manager }) => manager)).toEqual(['renamed'])
})

test('unreadable managedFields from a client are ignored', () => {
  const live = apply(cm({ a: '1' }))
  const entry = { manager: 'x', operation: 'Update', fieldsType: 'FieldsV1', fieldsV1: { nonsense: 1 } }
  const sent = cm({ a: '1' }, { managedFields: [entry] })
  expect(update(live, sent).metadata.managedFields).toEqual(live.metadata.managedFields)
})

test('the eleventh updater folds the oldest two into ancient-changes', () => {
  let object: KubeObject = update(undefined, cm({ k0: '1' }), 'm00', '2026-01-01T00:00:00Z')
  for (let index = 1; index <= 11; index++) {
    const number = String(index).padStart(2, '0')
    const data = { ...(object['data'] as object), [`k${index}`]: '1' }
    object = update(object, { ...object, data }, `m${number}`, `2026-01-01T00:00:${number}Z`)
  }
  const managers = object.metadata.managedFields?.map(({ manager }) => manager)
  expect(managers).toEqual(['ancient-changes', 'm03', 'm04', 'm05', 'm06', 'm07', 'm08', 'm09', 'm10', 'm11'])
  expect(fieldsOf(object, 'ancient-changes', 'Update')).toEqual({
    'f:data': { '.': {}, 'f:k0': {}, 'f:k1': {}, 'f:k2': {} },
  })
})

test('duplicates in a live keyed list do no harm', () => {
  const live = update(
    undefined,
    podSpec({
      containers: [
        { name: 'c', image: '1' },
        { name: 'c', image: '2' },
      ],
    }),
  )
  const after = podSpec({
    containers: [
      { name: 'c', image: '1' },
      { name: 'c', image: '3' },
    ],
  })
  expect(JSON.stringify(fieldsOf(update(live, after, 'v'), 'v', 'Update'))).toContain(
    'k:{\\"name\\":\\"c\\"}',
  )
})
