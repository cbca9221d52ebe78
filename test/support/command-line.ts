import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crds, type KubeObject, requestedAt } from '#api'
import { createApiServer } from '#apiserver'
import { fetchFrom, formatYaml, type Listener, listen } from '#base'
import { type Cluster, HttpCluster, refOf } from '#kube'
import { createRegistry } from '#registry'
import { runCommandLine } from '../../src/cli/command-line.ts'
import { symbolLine, type Terminal } from '../../src/cli/terminal.ts'

/** What a command left: its streams apart, and both as a terminal shows them. */
export interface Ran {
  exit: number
  stdout: string
  stderr: string
  merged: string
}

export interface RunOptions {
  /** The name that the program is called by. */
  name?: string
  stdin?: string
  /** Answers to questions, in order. */
  answers?: string[]
  env?: Record<string, string>
  signal?: AbortSignal
}

/** Runs a command line in this process. */
export async function run(words: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { name = 'sluice', stdin = '', answers = [], env = {}, signal } = options
  const ran: Ran = { exit: 0, stdout: '', stderr: '', merged: '' }
  const err = (text: string): void => {
    ran.stderr += text
    ran.merged += text
  }
  const terminal: Terminal = {
    name,
    env: { HOME: '/nowhere', ...env },
    cwd: process.cwd(),
    print(text) {
      ran.stdout += text
      ran.merged += text
    },
    say: (symbol, text) => err(symbolLine(symbol, text)),
    tell: err,
    readStdin: async () => Buffer.from(stdin),
    ask: async (question) => {
      err(question)
      return answers.shift()
    },
    interactive: answers.length > 0,
    colours: false,
    signal: signal ?? new AbortController().signal,
  }
  ran.exit = await runCommandLine(words, terminal)
  return ran
}

/** A Kubernetes API and a registry on loopback, with our kinds, and a folder for files. */
export interface Servers {
  readonly cluster: Cluster
  /** host:port. */
  readonly registry: string
  readonly folder: string
  readonly kubeconfig: string
  /** Creates objects with their status as it is given. */
  place(...objects: KubeObject[]): Promise<void>
  close(): Promise<void>
}

/** Starts {@link Servers}. */
export async function startServers(): Promise<Servers> {
  const server = await createApiServer()
  const api: Listener = await listen(server.handler)
  const registry = await listen(createRegistry().handler)
  const folder = mkdtempSync(join(tmpdir(), 'sluice-cli-'))
  const kubeconfig = join(folder, 'kubeconfig')
  const context = { cluster: 'c', user: 'u', namespace: 'of-context' }
  writeFileSync(
    kubeconfig,
    formatYaml({
      clusters: [{ name: 'c', cluster: { server: api.url } }],
      users: [{ name: 'u', user: {} }],
      contexts: [{ name: 'c', context }],
      'current-context': 'c',
    }),
  )
  const cluster = new HttpCluster({ fetch: fetchFrom(server.handler), server: 'http://kubernetes.test' })
  for (const crd of crds) await cluster.create(crd as unknown as KubeObject, { manager: 'test' })
  return {
    cluster,
    registry: new URL(registry.url).host,
    folder,
    kubeconfig,
    async place(...objects) {
      for (const object of objects) {
        await cluster.create(object, { manager: 'test' })
        const { status } = object
        if (status !== undefined)
          await cluster.patch(refOf(object), 'merge', { status }, { manager: 'test', subresource: 'status' })
      }
    },
    async close() {
      await Promise.all([api.close(), registry.close(), server.close()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const ready = {
  type: 'Ready',
  status: 'True',
  reason: 'Succeeded',
  message: 'done',
  lastTransitionTime: '2026-11-23T21:43:32Z',
}

/** Plays the controller of the objects of a kind: whatever is asked of them is done at once. Ends at the signal. */
export async function answerRequests(
  cluster: Cluster,
  target: { apiVersion: string; kind: string; namespace: string },
  signal: AbortSignal,
): Promise<void> {
  const { items, resourceVersion } = await cluster.list(target)
  const answer = async (object: KubeObject): Promise<void> => {
    const { annotations = {}, generation } = object.metadata
    const status = (object['status'] ?? {}) as Record<string, unknown>
    const wanted = { observedGeneration: generation, lastHandledReconcileAt: annotations[requestedAt] }
    if (
      status['observedGeneration'] === generation &&
      status['lastHandledReconcileAt'] === wanted.lastHandledReconcileAt
    )
      return
    const conditions = ((status['conditions'] ?? [ready]) as object[]).map((one) => ({
      ...one,
      observedGeneration: generation,
    }))
    const body = { status: { ...wanted, conditions } }
    await cluster.patch(refOf(object), 'merge', body, { manager: 'test', subresource: 'status' })
  }
  for (const object of items) await answer(object)
  try {
    for await (const { type, object } of cluster.watch(target, { resourceVersion, signal }))
      if (type === 'ADDED' || type === 'MODIFIED') await answer(object)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

const recordings = join(import.meta.dirname, '../../../shared/contracts/observed/cli')

/** A recorded command of the real Flux, e.g. `001-get-oci`, with `folder` in place of the one it was recorded in. */
export function recordedCommand(
  id: string,
  folder = '$TMP',
): { words: string[]; stdout: string; stderr: string; exit: number } {
  const text = readFileSync(join(recordings, `${id}.txt`), 'utf8').replaceAll('$TMP', folder)
  const match = /^\$ (.*)\n--- stdout\n([^]*?)--- stderr\n([^]*?)--- exit (\d+)\n/.exec(text)
  const [, command = '', stdout = '', stderr = '', exit] = match ?? []
  return { words: wordsOf(command).slice(1), stdout, stderr, exit: Number(exit) }
}

/** Whether the recordings lie beside this checkout. */
export const hasRecordedCommands: boolean = existsSync(recordings)

function wordsOf(command: string): string[] {
  return [...command.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)].map(([word]) => word.replaceAll(/['"]/g, ''))
}
