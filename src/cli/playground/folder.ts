import { existsSync, watch } from 'node:fs'
import { join } from 'node:path'
import { readTree } from '#artifact'
import { type FileTree, SluiceError } from '#base'

// Editors write a file in several steps.
const settle = 200

/** The reader's folder as a tree; throws what readTree throws, and `CHART_UNSUPPORTED` for a Helm chart. */
export async function readFolder(dir: string): Promise<FileTree> {
  if (existsSync(join(dir, 'Chart.yaml'))) {
    throw new SluiceError(
      'CHART_UNSUPPORTED',
      `Cannot deliver ${dir}: found a Helm chart, which this version of sluice does not render yet, wanted manifests or a kustomization`,
    )
  }
  return readTree(dir)
}

/** Calls `changed` after every change below the folder, one call at a time, until the signal. */
export async function whenChanged(
  dir: string,
  signal: AbortSignal,
  changed: () => Promise<void>,
): Promise<void> {
  let running: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  let failure: unknown
  const ended = new AbortController()
  const watcher = watch(dir, { recursive: true, signal: AbortSignal.any([signal, ended.signal]) }, () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      running = running.then(changed).catch((error: unknown) => {
        failure = error
        ended.abort()
      })
    }, settle)
  })
  watcher.on('error', (error) => {
    failure = error
    ended.abort()
  })
  const stop = AbortSignal.any([signal, ended.signal])
  await new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }))
  clearTimeout(timer)
  await running
  if (failure !== undefined && !signal.aborted) throw failure
}
