import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ApiServer, createApiServer } from '#apiserver'
import { type Listener, listen } from '#base'
import { describeWithPeers, peer } from './support/peers.ts'

interface Result {
  code: number
  out: string
  err: string
}

const web = (image = 'nginx:1.27', replicas = 2): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "${image}", ports: [{containerPort: 80, name: http}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
`

const crd = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.dev}
spec:
  group: example.dev
  names: {kind: Widget, plural: widgets, shortNames: [wd]}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    additionalPrinterColumns:
    - {name: Size, type: integer, jsonPath: .spec.size}
    - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status'}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            description: What a widget should be.
            required: [size]
            properties: {size: {type: integer, minimum: 1, description: How large it is.}}
          status: {type: object, x-kubernetes-preserve-unknown-fields: true}
`

describeWithPeers('kubectl', ['kubectl'], () => {
  let dir: string
  let server: ApiServer
  let listener: Listener
  let namespace = 0

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'sluice-kubectl-'))
    server = await createApiServer()
    listener = await listen(server.handler)
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: listener.url } }],
      users: [{ name: 'u', user: {} }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }
    writeFileSync(join(dir, 'config'), JSON.stringify(config))
  })
  afterAll(async () => {
    await listener.close()
    await server.close()
    rmSync(dir, { recursive: true, force: true })
  })

  const env = (): NodeJS.ProcessEnv => ({ ...process.env, KUBECONFIG: join(dir, 'config'), HOME: dir })

  function kubectl(line: string, input?: string): Promise<Result> {
    const args = line.match(/'[^']*'|\S+/g)?.map((arg) => arg.replace(/^'|'$/g, '')) ?? []
    return new Promise((resolve) => {
      const child = execFile(peer('kubectl'), args, { env: env() }, (error, out, err) => {
        resolve({ code: error ? Number(error.code ?? 1) : 0, out, err })
      })
      child.stdin?.end(input ?? '')
    })
  }

  /** A namespace of its own for a test, so that they do not meet. */
  async function fresh(): Promise<string> {
    const name = `t${++namespace}`
    expect(await kubectl(`create ns ${name}`)).toMatchObject({ code: 0, out: `namespace/${name} created\n` })
    return name
  }

  test('apply creates, leaves alone what is as wanted, and configures what is not', async () => {
    const ns = await fresh()
    const first = await kubectl(`-n ${ns} apply -f -`, web())
    expect(first.out).toBe('deployment.apps/web created\nservice/web created\n')
    const again = await kubectl(`-n ${ns} apply -f -`, web())
    expect(again.out).toBe('deployment.apps/web unchanged\nservice/web unchanged\n')
    const changed = await kubectl(`-n ${ns} apply -f -`, web('nginx:1.28'))
    expect(changed.out).toBe('deployment.apps/web configured\nservice/web unchanged\n')
  })

  test('server-side apply reports conflicts and forces them', async () => {
    const ns = await fresh()
    const first = await kubectl(`-n ${ns} apply --server-side -f -`, web())
    expect(first.out).toBe('deployment.apps/web serverside-applied\nservice/web serverside-applied\n')
    const other = `-n ${ns} apply --server-side --field-manager=other`
    const refused = await kubectl(`${other} -f -`, web('nginx:1.27', 3))
    expect(refused.code).toBe(1)
    expect(refused.err).toContain('Apply failed with 1 conflict: conflict with "kubectl": .spec.replicas')
    const forced = await kubectl(`${other} --force-conflicts -f -`, web('nginx:1.27', 3))
    expect(forced.out).toContain('deployment.apps/web serverside-applied')
    const replicas = await kubectl(`-n ${ns} get deploy web -o 'jsonpath={.spec.replicas}'`)
    expect(replicas.out).toBe('3')
  })

  test('wait, rollout status, get, describe and events show a workload getting ready', async () => {
    const ns = await fresh()
    await kubectl(`-n ${ns} apply -f -`, web())
    const waited = await kubectl(`-n ${ns} wait --for=condition=Available deploy/web --timeout=10s`)
    expect(waited.out).toBe('deployment.apps/web condition met\n')
    const rolled = await kubectl(`-n ${ns} rollout status deploy/web --timeout=10s`)
    expect(rolled.out).toContain('deployment "web" successfully rolled out')
    const wide = await kubectl(`-n ${ns} get deploy -o wide`)
    expect(wide.out).toMatch(/^NAME +READY +UP-TO-DATE +AVAILABLE +AGE +CONTAINERS +IMAGES +SELECTOR\n/)
    expect(wide.out).toMatch(/web +2\/2 +2 +2 +\d+s +web +nginx:1.27 +app=web\n/)
    const pods = await kubectl(`-n ${ns} get pods -o wide`)
    expect(pods.out).toMatch(
      /web-\w+-\w{5} +1\/1 +Running +0 +\d+s +10\.244\.\d+\.\d+ +sluice +<none> +<none>\n/,
    )
    const yaml = await kubectl(`-n ${ns} get deploy web -o yaml`)
    expect(yaml.out).toMatch(/^apiVersion: apps\/v1\nkind: Deployment\n/)
    const described = await kubectl(`-n ${ns} describe deploy web`)
    expect(described.out).toMatch(
      /Replicas: +2 desired \| 2 updated \| 2 total \| 2 available \| 0 unavailable/,
    )
    expect(described.out).toMatch(/ScalingReplicaSet .* Scaled up replica set web-\w+ from 0 to 2/)
    const [name = ''] = (await kubectl(`-n ${ns} get pods -o name`)).out.split('\n')
    const pod = await kubectl(`-n ${ns} describe ${name}`)
    expect(pod.out).toMatch(/Scheduled .* default-scheduler +Successfully assigned \S+ to sluice\n/)
    expect(pod.out).toMatch(/Started .* kubelet +Started container web \(simulated\)\n/)
    const node = await kubectl('describe node sluice')
    expect(node.out).toMatch(/Ready +True[^]*OS Image: +sluice \(simulated\)[^]*Normal +NodeReady/)
    expect(node.out).toMatch(/HolderIdentity: +sluice/)
    const service = await kubectl(`-n ${ns} describe svc web`)
    expect(service.out).toMatch(/Endpoints: +10\.244\.\d+\.\d+:80,10\.244/)
    const events = await kubectl(`-n ${ns} get events`)
    expect(events.out).toMatch(/Normal +ScalingReplicaSet +deployment\/web/)
    for (const kind of ['pods', 'rs', 'ns', 'node', 'sa', 'cm', 'endpointslices'])
      expect(await kubectl(`-n ${ns} describe ${kind}`), kind).toMatchObject({ code: 0 })
  })

  test('changes come by label, annotate, patch, scale, set, replace and edit', async () => {
    const ns = await fresh()
    await kubectl(`-n ${ns} apply -f -`, web())
    const ok = async (line: string, out: string, input?: string): Promise<void> =>
      expect(await kubectl(`-n ${ns} ${line}`, input)).toMatchObject({
        code: 0,
        out: `deployment.apps/web ${out}\n`,
      })
    await ok('label deploy web team=a', 'labeled')
    await ok('annotate deploy web note=b', 'annotated')
    await ok(`patch deploy web -p '{"spec":{"minReadySeconds":1}}'`, 'patched')
    await ok(`patch deploy web --type=merge -p '{"spec":{"replicas":1}}'`, 'patched')
    await ok(
      `patch deploy web --type=json -p '[{"op":"replace","path":"/spec/replicas","value":4}]'`,
      'patched',
    )
    await ok('scale deploy web --replicas=3', 'scaled')
    await ok('set image deploy web web=nginx:1.29', 'image updated')
    const current = await kubectl(`-n ${ns} get deploy web -o json`)
    await ok('replace -f -', 'replaced', current.out.replace('nginx:1.29', 'nginx:1.30'))
    const result = await kubectl(`-n ${ns} get deploy web -o json`)
    expect(JSON.parse(result.out)).toMatchObject({
      metadata: { labels: { team: 'a' }, annotations: { note: 'b' } },
      spec: {
        replicas: 3,
        minReadySeconds: 1,
        template: { spec: { containers: [{ image: 'nginx:1.30' }] } },
      },
    })
    const stale = await kubectl(`-n ${ns} replace -f -`, current.out)
    expect(stale.err).toContain(
      'the object has been modified; please apply your changes to the latest version',
    )
  })

  test('a rollout can be undone', async () => {
    const ns = await fresh()
    await kubectl(`-n ${ns} apply -f -`, web())
    await kubectl(`-n ${ns} rollout status deploy/web --timeout=10s`)
    await kubectl(`-n ${ns} set image deploy web web=nginx:1.28`)
    await kubectl(`-n ${ns} rollout status deploy/web --timeout=10s`)
    expect((await kubectl(`-n ${ns} rollout history deploy/web`)).out).toMatch(/1 +<none>\n2 +<none>\n/)
    expect((await kubectl(`-n ${ns} rollout undo deploy/web`)).out).toBe('deployment.apps/web rolled back\n')
    await kubectl(`-n ${ns} rollout status deploy/web --timeout=10s`)
    const image = `-n ${ns} get deploy web -o 'jsonpath={..image}'`
    expect((await kubectl(image)).out).toBe('nginx:1.27')
  })

  test('diff shows what apply would change, and changes nothing', async () => {
    const ns = await fresh()
    await kubectl(`-n ${ns} apply -f -`, web())
    expect(await kubectl(`-n ${ns} diff -f -`, web())).toMatchObject({ code: 0, out: '' })
    const { code, out } = await kubectl(`-n ${ns} diff -f -`, web('nginx:1.28'))
    expect([code, out]).toEqual([1, expect.stringMatching(/-.*nginx:1\.27\n\+.*nginx:1\.28/)])
    const server = await kubectl(`-n ${ns} diff --server-side --force-conflicts -f -`, web('nginx:1.28'))
    expect([server.code, server.out]).toEqual([1, expect.stringContaining('nginx:1.28')])
    expect((await kubectl(`-n ${ns} get deploy web -o 'jsonpath={..image}'`)).out).toBe('nginx:1.27')
  })

  test('typed commands create what they are asked for', async () => {
    const ns = await fresh()
    const created = async (line: string, what: string): Promise<void> =>
      expect(await kubectl(`-n ${ns} create ${line}`)).toMatchObject({ code: 0, out: `${what} created\n` })
    await created('configmap c --from-literal=a=1', 'configmap/c')
    await created('secret generic s --from-literal=password=hunter2', 'secret/s')
    await created('serviceaccount robot', 'serviceaccount/robot')
    await created('deployment d --image=nginx:1.27 --replicas=2 --port=80', 'deployment.apps/d')
    await created('service clusterip v --tcp=80:8080', 'service/v')
    await created('job j --image=busybox:1 -- true', 'job.batch/j')
    await created(`cronjob k --image=busybox:1 '--schedule=0 0 * * *'`, 'cronjob.batch/k')
    await created('role r --verb=get,list --resource=pods', 'role.rbac.authorization.k8s.io/r')
    await created(
      'rolebinding b --role=r --serviceaccount=x:robot',
      'rolebinding.rbac.authorization.k8s.io/b',
    )
    await created(`ingress i '--rule=example.com/*=v:80'`, 'ingress.networking.k8s.io/i')
    await created('quota q --hard=pods=5', 'resourcequota/q')
    await created('pdb p --selector=app=d --min-available=1', 'poddisruptionbudget.policy/p')
    const secret = await kubectl(`-n ${ns} get secret s -o 'jsonpath={.data.password} {.type}'`)
    expect(secret.out).toBe(`${Buffer.from('hunter2').toString('base64')} Opaque`)
    const quota = await kubectl(`-n ${ns} get quota q -o 'jsonpath={.spec.hard.pods}'`)
    expect(quota.out).toBe('5')
    expect((await kubectl(`-n ${ns} run one --image=nginx:1.27`)).out).toBe('pod/one created\n')
    expect((await kubectl(`-n ${ns} wait --for=condition=Ready pod/one --timeout=10s`)).code).toBe(0)
    expect((await kubectl(`-n ${ns} wait --for=condition=Complete job/j --timeout=10s`)).code).toBe(0)
    expect((await kubectl(`-n ${ns} autoscale deploy d --max=3 --cpu=80%`)).code).toBe(0)
    expect((await kubectl(`-n ${ns} expose deploy d --name=e --port=80`)).out).toBe('service/e exposed\n')
    expect((await kubectl('auth can-i create pods')).out).toBe('yes\n')
  })

  test('custom kinds are applied, validated, listed, explained and waited for', async () => {
    const ns = await fresh()
    expect((await kubectl('apply -f -', crd)).out).toContain('widgets.example.dev created')
    expect(
      (await kubectl('wait --for=condition=Established crd/widgets.example.dev --timeout=5s')).code,
    ).toBe(0)
    const widget = (size: number): string =>
      `{"apiVersion":"example.dev/v1","kind":"Widget","metadata":{"name":"a"},"spec":{"size":${size}}}`
    const bad = await kubectl(`-n ${ns} apply -f -`, widget(0))
    expect(bad.err).toContain('spec.size in body should be greater than or equal to 1')
    const odd = await kubectl(`-n ${ns} apply -f -`, widget(1).replace('"size"', '"sise":2,"size"'))
    expect(odd.err).toContain('strict decoding error: unknown field "spec.sise"')
    expect((await kubectl(`-n ${ns} apply -f -`, widget(3))).out).toBe('widget.example.dev/a created\n')
    const status = '{"status":{"conditions":[{"type":"Ready","status":"True"}]}}'
    await kubectl(`-n ${ns} patch wd a --subresource=status --type=merge -p '${status}'`)
    expect((await kubectl(`-n ${ns} wait --for=condition=Ready wd/a --timeout=5s`)).code).toBe(0)
    expect((await kubectl(`-n ${ns} get wd`)).out).toMatch(/^NAME +SIZE +READY\na +3 +True\n$/)
    expect((await kubectl('explain widget.spec.size')).out).toMatch(
      /FIELD: size <integer>[^]*How large it is\./,
    )
    expect((await kubectl('delete crd widgets.example.dev')).code).toBe(0)
    expect((await kubectl(`-n ${ns} get wd`)).err).toMatch(
      /could not find the requested resource|doesn't have a resource type/,
    )
  })

  test('built-in kinds are explained, and everything is listed by api-resources', async () => {
    const explained = await kubectl('explain deployment.spec')
    expect(explained.out).toMatch(/GROUP: +apps\nKIND: +Deployment\nVERSION: +v1/)
    expect(explained.out).toMatch(/replicas\t<integer>\n +How many pods; 1 when absent\./)
    expect((await kubectl('explain pod.spec.containers.image')).out).toContain('registry, repository')
    expect((await kubectl('explain lease')).out).toContain('The kind of this object.')
    expect((await kubectl('explain pods --recursive')).out).toContain('imagePullPolicy')
    const resources = await kubectl('api-resources')
    expect(resources.out).toMatch(/deployments +deploy +apps\/v1 +true +Deployment/)
    expect((await kubectl('api-versions')).out).toContain('apiextensions.k8s.io/v1')
    expect((await kubectl('version')).out).toContain('Server Version: v1.36.3')
    expect((await kubectl('cluster-info')).out).toContain('is running at')
  })

  test('get -w follows an object until it is gone', async () => {
    const ns = await fresh()
    await kubectl(`-n ${ns} create configmap seen --from-literal=a=1`)
    const args = [
      '-n',
      ns,
      'get',
      'configmap',
      '--field-selector=metadata.name=seen',
      '-w',
      '--output-watch-events',
    ]
    const child: ChildProcess = spawn(peer('kubectl'), args, { env: env() })
    let out = ''
    child.stdout?.on('data', (chunk) => (out += String(chunk)))
    await expect.poll(() => out, { timeout: 10_000 }).toContain('ADDED')
    await kubectl(`-n ${ns} patch configmap seen --type=merge -p '{"data":{"b":"2"}}'`)
    await kubectl(`-n ${ns} delete configmap seen`)
    await expect
      .poll(() => out, { timeout: 10_000 })
      .toMatch(/ADDED +seen +1[^]*MODIFIED +seen +2[^]*DELETED +seen +2/)
    child.kill()
  })

  test('delete waits for finalizers and takes dependents along', async () => {
    const ns = await fresh()
    await kubectl(`-n ${ns} apply -f -`, web())
    await kubectl(`-n ${ns} rollout status deploy/web --timeout=10s`)
    await kubectl(`-n ${ns} patch svc web --type=merge -p '{"metadata":{"finalizers":["a.io/hold"]}}'`)
    const held = await kubectl(`-n ${ns} delete svc web --timeout=1s`)
    expect([held.code, held.err]).toEqual([1, expect.stringContaining('timed out waiting for the condition')])
    const deleting = kubectl(`-n ${ns} delete svc web --timeout=20s`)
    // The deletion has to be under way before its object goes.
    await new Promise((resolve) => setTimeout(resolve, 500))
    await kubectl(`-n ${ns} patch svc web --type=merge -p '{"metadata":{"finalizers":null}}'`)
    expect((await deleting).code).toBe(0)
    const foreground = await kubectl(`-n ${ns} delete deploy web --cascade=foreground`)
    expect(foreground.out).toContain('deployment.apps "web" deleted')
    expect((await kubectl(`-n ${ns} get pods,rs`)).err).toContain('No resources found')
    expect((await kubectl(`delete ns ${ns}`)).out).toBe(`namespace "${ns}" deleted\n`)
    expect((await kubectl(`get ns ${ns}`)).err).toContain(`namespaces "${ns}" not found`)
  })

  test('what is not there is said plainly', async () => {
    const ns = await fresh()
    await kubectl(`-n ${ns} run one --image=nginx:1.27`)
    expect((await kubectl(`-n ${ns} get deploy nope`)).err).toBe(
      'Error from server (NotFound): deployments.apps "nope" not found\n',
    )
    expect((await kubectl(`-n ${ns} logs one`)).err).toContain(
      'the embedded API server of sluice does not implement the log subresource of pods',
    )
    expect((await kubectl(`-n ${ns} create token default`)).err).toContain('does not implement')
    expect((await kubectl('-n nowhere create configmap x')).err).toContain('namespaces "nowhere" not found')
  })
})
