import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type KubeObject, kustomizeVersion, sourceVersion } from '#api'
import { answerRequests, type Ran, run, type Servers, startServers } from './support/command-line.ts'

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`
const namespace = 'apps'

let servers: Servers
beforeAll(async () => {
  servers = await startServers()
  for (const name of [namespace, 'of-context', 'empty'])
    await servers.place({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  await servers.place(
    source('app', 'True'),
    source('broken', 'False'),
    kustomization('app'),
    kustomization('late'),
  )
})
afterAll(() => servers.close())

const sluice = (line: string, options: { answers?: string[]; signal?: AbortSignal } = {}): Promise<Ran> =>
  run(line.split(' '), { env: { KUBECONFIG: servers.kubeconfig }, ...options })

describe('get', () => {
  test('-o json is the object when one is named, else a List', async () => {
    const one = JSON.parse((await sluice(`get sources oci app -n ${namespace} -o json`)).stdout) as KubeObject
    expect(one).toMatchObject({ kind: 'OCIRepository', metadata: { name: 'app' } })
    const all = JSON.parse((await sluice(`get ks -n ${namespace} -o json`)).stdout) as { items: KubeObject[] }
    expect(all.items.map(({ metadata }) => metadata.name)).toEqual(['app', 'late'])
    const none = await sluice('get ks -n empty -o json')
    expect(none).toMatchObject({ exit: 0, stderr: '' })
  })
  test('-o name is what kubectl takes', async () => {
    const { stdout } = await sluice(`get all -n ${namespace} -o name`)
    expect(stdout).toBe(
      'ocirepository.source.toolkit.fluxcd.io/app\nocirepository.source.toolkit.fluxcd.io/broken\n' +
        'kustomization.kustomize.toolkit.fluxcd.io/app\nkustomization.kustomize.toolkit.fluxcd.io/late\n',
    )
  })
  test('-o wide has digests whole and more columns; --show-source where the files come from', async () => {
    const wide = await sluice(`get sources oci app -n ${namespace} -o wide`)
    expect(wide.stdout).toContain(`latest@${digest}`)
    expect(wide.stdout.split('\n')[0]).toMatch(/MESSAGE +\tURL +$/)
    const shown = await sluice(`get ks app -n ${namespace} --show-source --no-header`)
    expect(shown.stdout).toMatch(/^app\tOCIRepository\/apps\/app\tlatest@sha256:01234567\tFalse\tTrue\t/)
  })
  test('a status selector that selects nothing leaves the header; a wrong one is refused', async () => {
    const none = await sluice(`get ks -n ${namespace} --status-selector Ready=unknown`)
    expect(none).toMatchObject({ exit: 0, stdout: 'NAME\tREVISION\tSUSPENDED\tREADY\tMESSAGE \n' })
    const others = await sluice(`get sources oci -n ${namespace} --status-selector ready!=true --no-header`)
    expect(others.stdout).toMatch(/^broken\t/)
    const wrong = await sluice('get ks --status-selector ready')
    expect(wrong.stderr).toBe('✗ expected status selector in type=status format, but found: ready\n')
  })
  test('the namespace comes from -n, the environment, or the context when it is asked for', async () => {
    expect((await sluice('get ks')).stderr).toContain('in "flux-system" namespace')
    expect((await sluice('get ks --ns-follows-kube-context')).stderr).toContain('in "of-context" namespace')
    const env = { KUBECONFIG: servers.kubeconfig, FLUX_SYSTEM_NAMESPACE: 'from-env' }
    expect((await run(['get', 'ks'], { env })).stderr).toContain('in "from-env" namespace')
    expect((await sluice('get ks -n Not_A_Label')).stderr).toBe(
      '✗ namespace must be a valid DNS label: "Not_A_Label"\n',
    )
  })
  test('-w prints what is there, then each change, and ends at Ctrl-C', async () => {
    const stop = new AbortController()
    const watching = sluice(`get sources oci app -n ${namespace} -w`, { signal: stop.signal })
    await new Promise((resolve) => setTimeout(resolve, 300))
    await sluice(`suspend source oci app -n ${namespace}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
    stop.abort(new Error('stopped'))
    const { stdout } = await watching
    const cells = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t')[2]?.trim())
    expect(cells).toEqual(['SUSPENDED', 'False', 'True'])
    await sluice(`resume source oci app -n ${namespace} --wait=false`)
  })
})

test('a cluster that cannot be reached, or is not named, is told in one line', async () => {
  const refused = await run(['get', 'ks', '--server=http://127.0.0.1:1'], {})
  expect(refused).toMatchObject({ exit: 1, stdout: '' })
  expect(refused.stderr).toMatch(/^✗ .*127\.0\.0\.1:1.*\n$/)
  const unnamed = await run(['get', 'ks'], { env: { HOME: '/nowhere' } })
  expect(unnamed.stderr).toMatch(/^✗ Cannot find a cluster: found no kubeconfig at .*\n$/)
})

test('reconcile ends with the reason that the object itself gives', async () => {
  const ran = await sluice(`reconcile source oci broken -n ${namespace} --timeout=300ms`)
  expect(ran.exit).toBe(1)
  expect(ran.stderr).toBe(
    '► annotating OCIRepository broken in apps namespace\n✔ OCIRepository annotated\n◎ waiting for OCIRepository reconciliation\n✗ it is broken\n',
  )
})

test('resume waits for each of several objects with --wait and counts the failures', async () => {
  const stop = new AbortController()
  const target = { apiVersion: kustomizeVersion, kind: 'Kustomization', namespace }
  const controller = answerRequests(servers.cluster, target, stop.signal)
  const all = await sluice(`resume ks app late app nope -n ${namespace} --wait`)
  expect(all.stderr.split('\n')).toEqual([
    "✗ Kustomization object 'nope' not found in apps namespace",
    '► resuming kustomization app in apps namespace',
    '✔ kustomization resumed',
    '► resuming kustomization late in apps namespace',
    '✔ kustomization resumed',
    '◎ waiting for Kustomization reconciliation',
    '◎ waiting for Kustomization reconciliation',
    '✔ Kustomization app reconciliation completed',
    `✔ applied revision latest@${digest}`,
    '✔ Kustomization late reconciliation completed',
    `✔ applied revision latest@${digest}`,
    '',
  ])
  stop.abort()
  await controller
  const failed = await sluice(`resume source oci broken -n ${namespace} --timeout=300ms`)
  expect(failed.stderr).toMatch(
    /✗ OCIRepository broken reconciliation failed: it is broken\n✗ reconciliation failed for 1 OCIRepository\(s\)\n$/,
  )
})

test('delete asks first, and takes no answer for no', async () => {
  await servers.place(source('doomed', 'True'))
  const question = '? Are you sure you want to delete this source oci? [y/N] '
  const quiet = await sluice(`delete source oci doomed -n ${namespace}`)
  expect(quiet).toMatchObject({ exit: 1, stderr: `${question}✗ aborting\n` })
  const no = await sluice(`delete source oci doomed -n ${namespace}`, { answers: ['n'] })
  expect(no.exit).toBe(1)
  const yes = await sluice(`delete source oci doomed -n ${namespace}`, { answers: ['y'] })
  expect(yes.stderr).toBe(`${question}► deleting source oci doomed in apps namespace\n✔ source oci deleted\n`)
  const gone = await sluice(`delete source oci doomed -n ${namespace} -s`)
  expect(gone.stderr).toBe('✗ ocirepositories.source.toolkit.fluxcd.io "doomed" not found\n')
})

test('create applies an object, waits for it, and replaces it whole the next time', async () => {
  const stop = new AbortController()
  const target = { apiVersion: kustomizeVersion, kind: 'Kustomization', namespace }
  const controller = answerRequests(servers.cluster, target, stop.signal)
  const words = `create ks made --source OCIRepository/app --path deploy -n ${namespace}`
  const created = await sluice(`${words} --prune --label a=b --interval 10m`)
  expect(created).toMatchObject({
    exit: 0,
    stderr:
      '✚ generating Kustomization\n► applying Kustomization\n✔ Kustomization created\n◎ waiting for Kustomization reconciliation\n✔ Kustomization made is ready\n✔ applied revision \n',
  })
  const updated = await sluice(`${words} --wait`)
  expect(updated.stderr).toContain('✔ Kustomization updated\n')
  stop.abort()
  await controller
  const { stdout } = await sluice(`export ks made -n ${namespace}`)
  expect(stdout).toBe(`---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: made
  namespace: apps
spec:
  interval: 1m0s
  path: ./deploy
  prune: false
  sourceRef:
    kind: OCIRepository
    name: app
  timeout: 2m0s
  wait: true
`)
  await sluice(`delete ks made -n ${namespace} -s`)
})

test.each([
  ['create ks', 'name is required'],
  [
    'create ks x --source a',
    "name 'x' is invalid, it should adhere to standard defined in RFC 1123, the name can only contain alphanumeric characters or '-'",
  ],
  ['create ks xx --source a --label a', "invalid label format 'a', must be key=value"],
  [
    'create ks xx --source a --interval soon',
    'invalid argument "soon" for "--interval" flag: time: invalid duration "soon"',
  ],
  [
    'create source oci xx --url oci://a/bb --tag 1 --layer-selector foo',
    'invalid argument "foo" for "--layer-selector" flag: found no operation, wanted <media-type>:extract or <media-type>:copy',
  ],
  [
    'create source oci xx --url oci://a/bb --tag 1 --verify-provider cosing',
    'invalid argument "cosing" for "--verify-provider" flag: must be one of: cosign, notation, did you mean cosign?',
  ],
  [
    'events --for OC-IRepository/x',
    "'OC-IRepository' is not a recognized Flux kind, did you mean OCIRepository?",
  ],
  ['events --types normal', "type 'normal' not supported. Supported types are Normal, Warning"],
  ['reconcile ks', 'Kustomization name is required'],
  ['export ks', 'name is required'],
  ['get all -w', 'expected a single resource type, but found all'],
])('%s is refused', async (line, message) => {
  expect(await sluice(line)).toMatchObject({ exit: 1, stdout: '', stderr: `✗ ${message}\n` })
})

test('events are told oldest first, those of the source too, and only of the kinds of Flux', async () => {
  await servers.place(
    event('one', { kind: 'Kustomization', apiVersion: kustomizeVersion, name: 'app' }, 60, 'applied'),
    event('two', { kind: 'OCIRepository', apiVersion: sourceVersion, name: 'app' }, 3600, 'fetched\n'),
    event('three', { kind: 'Pod', apiVersion: 'v1', name: 'app' }, 5, 'started'),
    event(
      'four',
      { kind: 'OCIRepository', apiVersion: sourceVersion, name: 'broken' },
      7200,
      'not there',
      'Warning',
    ),
  )
  const rows = async (flags: string): Promise<string[]> =>
    (await sluice(`events -n ${namespace}${flags}`)).stdout
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) =>
        line
          .split('\t')
          .slice(1, 5)
          .map((cell) => cell.trim())
          .join(' '),
      )
  const source = 'Normal Told OCIRepository/app fetched'
  const own = 'Normal Told Kustomization/app applied'
  const warning = 'Warning Told OCIRepository/broken not there'
  expect(await rows('')).toEqual([warning, source, own])
  expect(await rows(' --for Kustomization/app')).toEqual([source, own])
  expect(await rows(' --for ks/app --types Warning')).toEqual([])
  expect(await rows(' --types Warning')).toEqual([warning])
  expect(await rows(' --for ocirepository')).toEqual([warning, source])
  expect((await sluice(`events -n ${namespace} --for ks/app`)).stdout).toMatch(
    /^LAST SEEN.*\n60m .*\n6[0-9]s /,
  )
  const none = await sluice('events -n empty')
  expect(none).toMatchObject({ exit: 0, stdout: '', stderr: '✗ No events found in empty namespace.\n' })
})

test('tree goes down into Kustomizations, and not in circles', async () => {
  await servers.place({
    ...kustomization('parent'),
    status: {
      inventory: {
        entries: [
          { id: 'apps_app_kustomize.toolkit.fluxcd.io_Kustomization', v: 'v1' },
          { id: 'apps_parent_kustomize.toolkit.fluxcd.io_Kustomization', v: 'v1' },
          { id: 'apps_gone_kustomize.toolkit.fluxcd.io_Kustomization', v: 'v1' },
          { id: '_role__x_rbac.authorization.k8s.io_ClusterRole', v: 'v1' },
        ],
      },
    },
  })
  const { stdout } = await sluice(`tree ks parent -n ${namespace}`)
  expect(stdout).toBe(`Kustomization/apps/parent
├── Kustomization/apps/app
│   └── ConfigMap/apps/cm
├── Kustomization/apps/parent
├── Kustomization/apps/gone
└── ClusterRole/role:x

`)
})

test('version tells its own, and the controllers of the cluster', async () => {
  const own = await sluice('version --client')
  expect(own.stdout).toMatch(/^sluice: v\d+\.\d+\.\d+\n$/)
  expect((await sluice('--version')).stdout).toBe(`sluice version ${own.stdout.slice('sluice: v'.length)}`)
  const none = await sluice('version -n empty')
  expect(none).toMatchObject({ exit: 1, stdout: '', stderr: '✗ no deployments found in empty namespace\n' })
})

function source(name: string, ready: 'True' | 'False'): KubeObject {
  const revision = `latest@${digest}`
  return {
    apiVersion: sourceVersion,
    kind: 'OCIRepository',
    metadata: { name, namespace },
    spec: { url: 'oci://ghcr.io/a/b', interval: '5m' },
    status: {
      observedGeneration: 1,
      ...(ready === 'True'
        ? { artifact: { path: 'a', url: 'http://a/a', revision, digest, lastUpdateTime: time(0) } }
        : {}),
      conditions: conditions(
        ready,
        ready === 'True' ? `stored artifact for digest '${revision}'` : 'it is broken',
      ),
    },
  }
}

function kustomization(name: string): KubeObject {
  const revision = `latest@${digest}`
  return {
    apiVersion: kustomizeVersion,
    kind: 'Kustomization',
    metadata: { name, namespace },
    spec: { interval: '5m', prune: true, sourceRef: { kind: 'OCIRepository', name: 'app' } },
    status: {
      observedGeneration: 1,
      lastAppliedRevision: revision,
      inventory: { entries: [{ id: 'apps_cm__ConfigMap', v: 'v1' }] },
      conditions: conditions('True', `Applied revision: ${revision}`),
    },
  }
}

function conditions(ready: string, message: string): object[] {
  const reconciling = { type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry', message }
  const all = [
    { type: 'Ready', status: ready, reason: 'Told', message },
    ...(ready === 'True' ? [] : [reconciling]),
  ]
  return all.map((one) => ({ ...one, lastTransitionTime: time(0), observedGeneration: 1 }))
}

function event(name: string, about: object, age: number, message: string, type = 'Normal'): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: { namespace, ...about },
    type,
    reason: 'Told',
    message,
    firstTimestamp: time(age),
    lastTimestamp: time(age),
    count: 1,
  }
}

function time(age: number): string {
  return new Date(Date.now() - age * 1000).toISOString().replace(/\.\d+/, '')
}
