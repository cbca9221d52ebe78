import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Condition, KubeObject } from '#api'
import { parseYamlAll } from '#base'
import {
  answerRequests,
  hasRecordedCommands,
  type Ran,
  recordedCommand,
  run,
  type Servers,
  startServers,
} from './support/command-line.ts'

const appDigest = 'sha256:364b5b542b4ffe9f8ce621afb30ca4236fb466f2418b27473dea82722d4e5ef7'
const chartDigest = 'sha256:364b5cc43808f90f4912dd0a6828e5bdba101a33452ecc26f3f4ba169f048851'
const brokenMessage =
  'failed to determine artifact digest: GET http://127.0.0.1:5006/v2/nope/manifests/x: MANIFEST_UNKNOWN: manifest unknown; map[Tag:x]'

describe.runIf(hasRecordedCommands)('commands print what Flux was observed to print', () => {
  let servers: Servers
  const stop = new AbortController()
  const follow = async (id: string): Promise<{ ran: Ran; wanted: ReturnType<typeof recordedCommand> }> => {
    const wanted = recordedCommand(id, servers.folder)
    const ran = await run(wanted.words, { name: 'flux', env: { KUBECONFIG: servers.kubeconfig } })
    return { ran, wanted }
  }
  const answering = (
    kind: 'source.toolkit.fluxcd.io/v1 OCIRepository' | 'kustomize.toolkit.fluxcd.io/v1 Kustomization',
  ) => {
    const [apiVersion = '', name = ''] = kind.split(' ')
    return answerRequests(servers.cluster, { apiVersion, kind: name, namespace: 'cli' }, stop.signal)
  }

  beforeAll(async () => {
    servers = await startServers()
    mkdirSync(join(servers.folder, '.work/art/ks-app'), { recursive: true })
    for (const name of ['cli', 'h-conf', 'o-life'])
      await servers.place({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    await servers.place(...sources(), ...kustomizations())
  })
  afterAll(async () => {
    stop.abort()
    await servers.close()
  })

  test.each([
    '001-get-oci',
    '002-get-oci-A',
    '003-get-oci-name',
    '005-get-oci-status',
    '006-get-oci-label',
    '010-get-ks-A',
    '011-get-ks-name',
    '018-get-sources-all',
    '023-get-emptyns',
    '028-reconcile-oci-404',
    '054-resume-404',
    '055-suspend-noarg',
    '057-export-oci',
    '058-export-oci-all',
    '059-export-ks',
    '062-export-noarg',
    '063-tree-ks',
    '064-tree-ks-compact',
    '065-tree-ks-json',
    '066-tree-ks-yaml',
    '067-tree-ks-404',
    '080-events-404',
    '106-create-oci-export',
    '107-create-oci-export-semver',
    '108-create-oci-nourl',
    '110-create-oci-noref',
    '112-create-ks-nosource',
    '113-create-ks-badsource',
    '134-push-layertype',
    '138-push-badpath',
    '141-push-badurl',
    '142-push-noscheme',
    '145-push-down',
    '148-push-noargs',
    '152-pull-nooutput',
    '159-tag-badurl',
    '165-list-badurl',
    '169-diff-artifact-nopath',
    '170-diff-artifact-badpath',
    '178-usage-unknown',
  ])('%s', async (id) => {
    const { ran, wanted } = await follow(id)
    expect(ran).toMatchObject({ stdout: wanted.stdout, stderr: wanted.stderr, exit: wanted.exit })
  })

  test('suspend and resume, and reconcile in between', async () => {
    const controllers = [
      answering('source.toolkit.fluxcd.io/v1 OCIRepository'),
      answering('kustomize.toolkit.fluxcd.io/v1 Kustomization'),
    ]
    for (const id of [
      '027-reconcile-oci',
      '031-reconcile-ks-with-source',
      '039-suspend-ks',
      '040-get-ks-suspended',
      '041-reconcile-ks-suspended',
      '042-suspend-ks-again',
      '043-resume-ks',
      '044-resume-ks-again',
      '045-suspend-oci',
      '046-reconcile-oci-suspended',
      '047-reconcile-ks-with-source-suspended',
      '051-suspend-all-oci',
      '052-resume-all-oci',
    ]) {
      const { ran, wanted } = await follow(id)
      expect(ran, id).toMatchObject({ stdout: wanted.stdout, stderr: wanted.stderr, exit: wanted.exit })
    }
    stop.abort()
    await Promise.all(controllers)
  })
})

function sources(): KubeObject[] {
  const [app, broken, chart] = parseYamlAll(recordedCommand('058-export-oci-all').stdout) as KubeObject[]
  const stored = (object: KubeObject | undefined, revision: string): KubeObject => ({
    ...(object as KubeObject),
    status: {
      observedGeneration: 1,
      artifact: artifact(revision),
      conditions: [ready('True', 'Succeeded', `stored artifact for digest '${revision}'`)],
    },
  })
  const inNamespace = (object: KubeObject, namespace: string): KubeObject => ({
    ...object,
    metadata: { ...object.metadata, namespace },
  })
  const readyApp = stored(app, `latest@${appDigest}`)
  const readyChart = stored(chart, `6.14.1@${chartDigest}`)
  const life = 'latest@sha256:701324c800000000000000000000000000000000000000000000000000000000'
  return [
    readyApp,
    {
      ...(broken as KubeObject),
      status: { observedGeneration: 1, conditions: [ready('False', 'OCIArtifactPullFailed', brokenMessage)] },
    },
    readyChart,
    inNamespace(readyChart, 'h-conf'),
    inNamespace(stored(app, life), 'o-life'),
  ]
}

function kustomizations(): KubeObject[] {
  const [app] = parseYamlAll(recordedCommand('059-export-ks').stdout) as [KubeObject]
  const revision = `latest@${appDigest}`
  const message = 'Source artifact not found, retrying in 30s'
  return [
    {
      ...app,
      status: {
        observedGeneration: 1,
        lastAppliedRevision: revision,
        inventory: {
          entries: [
            { id: 'cli_cm1__ConfigMap', v: 'v1' },
            { id: 'cli_podinfo__Service', v: 'v1' },
            { id: 'cli_podinfo_apps_Deployment', v: 'v1' },
          ],
        },
        conditions: [ready('True', 'ReconciliationSucceeded', `Applied revision: ${revision}`)],
      },
    },
    {
      ...app,
      metadata: { name: 'brokenks', namespace: 'cli' },
      status: { observedGeneration: 1, conditions: [ready('False', 'ArtifactFailed', message)] },
    },
  ]
}

function artifact(revision: string): object {
  const digest = revision.slice(revision.indexOf('sha256:'))
  return { path: 'a', url: 'http://a.test/a', revision, digest, lastUpdateTime: '2026-11-23T21:43:32Z' }
}

function ready(status: Condition['status'], reason: string, message: string): Condition {
  const lastTransitionTime = '2026-11-23T21:43:32Z'
  return { type: 'Ready', status, reason, message, lastTransitionTime, observedGeneration: 1 }
}
