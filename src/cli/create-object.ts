import type { Command } from 'commander'
import type { KubeObject } from '#api'
import { SluiceError } from '#base'
import { namespaceOf } from './globals.ts'
import { describeKind, type KindDescription } from './kinds.ts'
import { type Session, withCluster } from './session.ts'
import type { Terminal } from './terminal.ts'
import { durationOption, listOption } from './values.ts'

/** The flags of every `create` command. */
export interface CreateFlags {
  /** Milliseconds. */
  interval: number
  export?: boolean
  label?: string[]
}

/** Adds the flags of {@link CreateFlags}. */
export function addCreateFlags(command: Command): Command {
  return command
    .addOption(durationOption('--interval <duration>', 'how often to look', '1m0s'))
    .option('--export', 'print it as YAML instead of applying it')
    .addOption(listOption('--label <key=value>', 'label of the object, may be repeated'))
}

/** Throws `NAME_MISSING` or `NAME_INVALID` unless a name is one that Flux's `create` takes. */
export function checkName(name: string | undefined): asserts name is string {
  if (!name) throw new SluiceError('NAME_MISSING', 'name is required')
  if (!/^[a-z0-9]([a-z0-9-]){0,61}[a-z0-9]$/.test(name))
    throw new SluiceError(
      'NAME_INVALID',
      `name '${name}' is invalid, it should adhere to standard defined in RFC 1123, the name can only contain alphanumeric characters or '-'`,
    )
}

/** Reads `--label`; throws `LABEL_INVALID`. */
export function readLabels(texts: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const [key = '', value = '', ...more] = text.split('=')
      if (!text.includes('=') || more.length > 0)
        throw new SluiceError('LABEL_INVALID', `invalid label format '${text}', must be key=value`)
      if (!isLabelKey(key) || !isLabelValue(value))
        throw new SluiceError(
          'LABEL_INVALID',
          `invalid label '${text}': found a key or value that Kubernetes refuses, wanted letters, digits, "-", "_" and "."`,
        )
      return [key, value]
    }),
  )
}

/** Prints the object that a `create` command made, for `--export`. */
export async function printObject(object: KubeObject, command: Command, terminal: Terminal): Promise<void> {
  const { exportText } = await import('./export-object.ts')
  const namespace = namespaceOf(command, terminal)
  terminal.print(await exportText({ ...object, metadata: { ...object.metadata, namespace } }, []))
}

/** Applies the object that a `create` command made, and waits until it is ready. */
export function createObject(
  object: KubeObject,
  command: Command,
  terminal: Terminal,
  done: (ready: KubeObject, description: KindDescription) => void,
): Promise<void> {
  const { apiVersion, kind } = object
  const { name } = object.metadata
  return withCluster(command, terminal, async (session) => {
    const { namespace } = session
    const placed = { ...object, metadata: { ...object.metadata, namespace } }
    terminal.say('action', `applying ${kind}`)
    const created = await createOrReplace(placed, session)
    terminal.say('success', `${kind} ${created ? 'created' : 'updated'}`)
    terminal.say('wait', `waiting for ${kind} reconciliation`)
    const { judgeReady, waitReady } = await import('./ready.ts')
    const ready = await waitReady({ apiVersion, kind, name, namespace }, session, judgeReady)
    const description = describeKind(kind, apiVersion)
    if (description) done(ready, description)
  })
}

async function createOrReplace(object: KubeObject, { cluster, manager }: Session): Promise<boolean> {
  const { find } = await import('#kube')
  if (!(await find(cluster, { ...object, ...object.metadata }))) {
    await cluster.create(object, { manager })
    return true
  }
  // Adding what is there replaces it whole (RFC 6902 §4.1), so that a flag left out is a field taken away.
  const patch = [
    { op: 'add', path: '/spec', value: object['spec'] },
    { op: 'add', path: '/metadata/labels', value: object.metadata.labels ?? {} },
  ]
  await cluster.patch({ ...object, ...object.metadata }, 'json', patch, { manager })
  return false
}

// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
function isLabelKey(key: string): boolean {
  const slash = key.indexOf('/')
  const prefix = slash < 0 ? undefined : key.slice(0, slash)
  const isDomain =
    prefix === undefined ||
    (prefix.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(prefix))
  const name = key.slice(slash + 1)
  return isDomain && name !== '' && isLabelValue(name)
}

function isLabelValue(value: string): boolean {
  return value.length <= 63 && /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/.test(value)
}
