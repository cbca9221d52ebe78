import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { KubeObject } from '#api'
import { messageOf, SluiceError } from '#base'
import { createMemoryStore, type ObjectStore } from './storage.ts'

interface Entry {
  /** Revision. */
  r: number
  /** Bucket. */
  b: string
  /** `<namespace>/<name>`. */
  k: string
  /** Absent for a removal. */
  o?: KubeObject
}

interface State {
  revision: number
  objects: Map<string, Map<string, KubeObject>>
}

// The log is folded into the snapshot when it is longer than this and than four snapshots, in bytes.
const foldAt = 16 * 1024 * 1024

/**
 * A store whose changes are in `dir` before they are answered: `snapshot.json` and an append-only `log.jsonl` after it.
 * A last line that a crash tore is dropped. Throws `STORE_CORRUPT`, `STORE_IN_USE` and `STORE_UNAVAILABLE`.
 */
export async function openDiskStore(dir: string): Promise<ObjectStore> {
  const paths = {
    snapshot: join(dir, 'snapshot.json'),
    log: join(dir, 'log.jsonl'),
    lock: join(dir, 'lock'),
  }
  try {
    mkdirSync(dir, { recursive: true })
  } catch (cause) {
    throw new SluiceError(
      'STORE_UNAVAILABLE',
      `Cannot open store ${dir}: ${messageOf(cause)}, wanted a writable folder`,
      { cause },
    )
  }
  lock(paths.lock, dir)
  try {
    return openLocked(paths)
  } catch (error) {
    rmSync(paths.lock, { force: true })
    throw error
  }
}

function openLocked(paths: { snapshot: string; log: string; lock: string }): ObjectStore {
  const state = load(paths)
  let log = openSync(paths.log, 'a')
  let logBytes = 0
  let snapshotBytes = fold(paths, state, log)
  const store = createMemoryStore({
    revision: state.revision,
    objects: flatten(state),
    record({ revision, bucket, key, object }) {
      const entry: Entry = { r: revision, b: bucket, k: key, ...(object ? { o: object } : {}) }
      const line = Buffer.from(`${JSON.stringify(entry)}\n`)
      if (logBytes > foldAt && logBytes > 4 * snapshotBytes) {
        snapshotBytes = fold(paths, stateOf(store), log)
        logBytes = 0
      }
      append(log, line, logBytes)
      logBytes += line.byteLength
    },
  })
  return {
    ...store,
    // A getter does not survive the spread.
    get revision() {
      return store.revision
    },
    async close() {
      if (log < 0) return
      await store.close()
      fsyncSync(log)
      closeSync(log)
      log = -1
      rmSync(paths.lock, { force: true })
    },
  }
}

/** Half a line must not stay before the next one, so a failed write is cut off again. */
function append(log: number, line: Buffer, offset: number): void {
  try {
    for (let written = 0; written < line.byteLength; )
      written += writeSync(log, line, written, line.byteLength - written)
  } catch (cause) {
    ftruncateSync(log, offset)
    throw new SluiceError('STORE_UNAVAILABLE', `Cannot write to the store: ${messageOf(cause)}`, { cause })
  }
}

function lock(path: string, dir: string): void {
  const holder = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const pid = Number(holder.split(' ')[0])
  if (pid > 0 && lifeOf(pid) === holder) {
    throw new SluiceError(
      'STORE_IN_USE',
      `Cannot open store ${dir}: process ${pid} holds it, wanted a folder of its own for every server`,
    )
  }
  writeFileSync(path, lifeOf(process.pid) ?? '')
}

/**
 * A process's id and, on Linux, when it was started, as ids come back (in containers at once); undefined when it is gone.
 * One that is dead but not yet buried by its parent is gone as well.
 */
function lifeOf(pid: number): string | undefined {
  if (existsSync('/proc/self/stat')) {
    const path = `/proc/${pid}/stat`
    if (!existsSync(path)) return undefined
    // Fields after the command, which may hold anything: state is the first, the start in clock ticks the twentieth.
    const fields = readFileSync(path, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : `${pid} ${fields[19]}`
  }
  try {
    process.kill(pid, 0)
    return String(pid)
  } catch (error) {
    // EPERM: it lives, as someone else.
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? String(pid) : undefined
  }
}

function load(paths: { snapshot: string; log: string }): State {
  const state: State = { revision: 0, objects: new Map() }
  if (existsSync(paths.snapshot)) {
    const lines = readFileSync(paths.snapshot, 'utf8').split('\n').filter(Boolean)
    for (const [index, line] of lines.entries()) replay(state, parse(line, paths.snapshot, index))
  }
  if (!existsSync(paths.log)) return state
  const text = readFileSync(paths.log, 'utf8')
  const lines = text.split('\n')
  // What follows the last newline was being written when the process died.
  lines.pop()
  const from = state.revision
  for (const [index, line] of lines.entries()) {
    const entry = parse(line, paths.log, index)
    // Older entries are in the snapshot: the process died between the snapshot and the new log.
    if (entry.r > from) replay(state, entry)
  }
  return state
}

function parse(line: string, path: string, index: number): Entry {
  try {
    const entry = JSON.parse(line) as Entry
    if (typeof entry.r === 'number' && typeof entry.b === 'string' && typeof entry.k === 'string')
      return entry
  } catch {
    // Told below, with its place.
  }
  throw new SluiceError(
    'STORE_CORRUPT',
    `Cannot read store ${path}: line ${index + 1} is not an entry, wanted one JSON object a line`,
  )
}

function replay(state: State, { r, b, k, o }: Entry): void {
  state.revision = Math.max(state.revision, r)
  if (b === '') return
  let bucket = state.objects.get(b)
  if (!bucket) state.objects.set(b, (bucket = new Map()))
  if (o) bucket.set(k, o)
  else bucket.delete(k)
}

/** Writes the snapshot whole beside the old one, swaps them, then empties the log; returns the snapshot's bytes. */
function fold(paths: { snapshot: string }, state: State, log: number): number {
  const lines = [JSON.stringify({ r: state.revision, b: '', k: '' })]
  for (const [b, bucket] of state.objects)
    for (const [k, o] of bucket) lines.push(JSON.stringify({ r: 0, b, k, o }))
  const bytes = Buffer.from(`${lines.join('\n')}\n`)
  const next = `${paths.snapshot}.next`
  const file = openSync(next, 'w')
  writeFileSync(file, bytes)
  fsyncSync(file)
  closeSync(file)
  renameSync(next, paths.snapshot)
  ftruncateSync(log, 0)
  return bytes.byteLength
}

function stateOf(store: ObjectStore): State {
  const objects = new Map<string, Map<string, KubeObject>>()
  for (const bucket of store.buckets()) {
    const entries = store.list(bucket).map((object) => {
      const { namespace = '', name } = object.metadata
      return [`${namespace}/${name}`, object] as const
    })
    objects.set(bucket, new Map(entries))
  }
  return { revision: store.revision, objects }
}

function* flatten(state: State): Generator<readonly [string, KubeObject]> {
  for (const [bucket, objects] of state.objects) for (const object of objects.values()) yield [bucket, object]
}
