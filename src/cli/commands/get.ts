import type { Command } from 'commander'
import type { KubeObject } from '#api'
import { isCode, messageOf, SluiceError } from '#base'
import type { KindRef } from '#kube'
import { addKindCommands, type KindDescription, kinds } from '../kinds.ts'
import { formatValue } from '../output.ts'
import { type RowOptions, rowOf, titlesOf } from '../rows.ts'
import { type Session, withCluster } from '../session.ts'
import { readStatusSelector, type StatusSelector, selects } from '../status-selector.ts'
import { formatTable } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { choiceOption } from '../values.ts'

interface GetFlags {
  allNamespaces?: boolean
  /** False when `--no-header` is given. */
  header: boolean
  watch?: boolean
  statusSelector?: string
  labelSelector?: string
  showSource?: boolean
  output?: 'json' | 'yaml' | 'name' | 'wide'
}

/** `get`: the objects and how they stand. */
export function registerGet(program: Command, terminal: Terminal): void {
  const get = program.command('get').description('List objects and how they stand')
  const { source } = addKindCommands(get, 'Show', (command, description) => {
    addGetFlags(command.argument('[name]', 'only this one'))
    if (description.sourceOf) command.option('--show-source', 'show where each takes its files from')
    command.action((name: string | undefined, flags: GetFlags) =>
      withCluster(command, terminal, (session) => getKind(description, { name, flags }, session), {
        endless: flags.watch ?? false,
      }),
    )
  })
  const all = (parent: Command, description: string, which: readonly KindDescription[]): void => {
    const command = addGetFlags(parent.command('all').description(description))
    command.action((flags: GetFlags) =>
      withCluster(command, terminal, (session) => getAll(which, flags, session)),
    )
  }
  all(
    source,
    'Show sources of every kind',
    kinds.filter(({ isSource }) => isSource),
  )
  all(get, 'Show objects of every kind', kinds)
}

function addGetFlags(command: Command): Command {
  return command
    .option('-A, --all-namespaces', 'of every namespace')
    .option('--no-header', 'print no header')
    .option('-w, --watch', 'print changes as they happen')
    .option('--status-selector <selector>', 'only those with this condition, e.g. ready=false or ready!=true')
    .option('-l, --label-selector <selector>', 'only those with these labels')
    .addOption(
      choiceOption('-o, --output <format>', 'print as json, yaml, name or wide', [
        'json',
        'yaml',
        'name',
        'wide',
      ]),
    )
}

interface GetRequest {
  name?: string | undefined
  flags: GetFlags
}

async function getKind(description: KindDescription, request: GetRequest, session: Session): Promise<void> {
  const { name, flags } = request
  const { cluster, namespace, terminal } = session
  const selector = readStatusSelector(flags.statusSelector)
  const target = targetOf(description, request, namespace)
  if (flags.watch) return watchKind(description, { target, flags, selector }, session)
  const { items } = await cluster.list(target)
  const where = flags.allNamespaces ? 'any' : `"${namespace}"`
  if (items.length === 0 && !(flags.output === 'json' || flags.output === 'yaml')) {
    throw new SluiceError(
      'OBJECTS_NOT_FOUND',
      name
        ? `${description.kind} object '${name}' not found in ${where} namespace`
        : `no ${description.kind} objects found in ${where} namespace`,
    )
  }
  const found = items.filter((object) => selects(selector, object)).sort(byName)
  terminal.print(await present(found, description, request))
}

async function present(
  objects: readonly KubeObject[],
  description: KindDescription,
  { name, flags }: GetRequest,
): Promise<string> {
  const { output } = flags
  if (output === 'json' || output === 'yaml') return formatValue(listOf(objects, name), output)
  if (output === 'name') return objects.map((object) => `${resourceName(object)}\n`).join('')
  const options = rowOptions(flags)
  const rows = objects.map((object) => rowOf(description, object, options))
  return formatTable(flags.header ? titlesOf(description, options) : undefined, rows)
}

async function getAll(which: readonly KindDescription[], flags: GetFlags, session: Session): Promise<void> {
  const { terminal } = session
  if (flags.watch) throw new SluiceError('FLAG_INVALID', 'expected a single resource type, but found all')
  const selector = readStatusSelector(flags.statusSelector)
  const everything: KubeObject[] = []
  for (const description of which) {
    const found = await listOrTell(description, flags, session)
    const objects = found.filter((object) => selects(selector, object)).sort(byName)
    everything.push(...objects)
    if (found.length === 0 || flags.output === 'json' || flags.output === 'yaml') continue
    if (flags.output === 'name') {
      terminal.print(await present(objects, description, { flags }))
      continue
    }
    const options = { ...rowOptions(flags), withKind: true }
    const rows = objects.map((object) => rowOf(description, object, options))
    const header = flags.header ? titlesOf(description, options) : undefined
    terminal.print(`${formatTable(header, rows)}\n`)
  }
  if (flags.output === 'json' || flags.output === 'yaml')
    terminal.print(await formatValue(listOf(everything, undefined), flags.output))
}

// Of all kinds, those that the cluster does not serve are skipped, and an error does not hide the others.
async function listOrTell(
  description: KindDescription,
  flags: GetFlags,
  { cluster, namespace, terminal }: Session,
): Promise<KubeObject[]> {
  try {
    return (await cluster.list(targetOf(description, { flags }, namespace))).items
  } catch (error) {
    if (!isCode(error, 'KUBE_KIND_UNKNOWN')) terminal.say('failure', messageOf(error))
    return []
  }
}

async function watchKind(
  description: KindDescription,
  { target, flags, selector }: { target: KindRef; flags: GetFlags; selector: StatusSelector | undefined },
  { cluster, signal, terminal }: Session,
): Promise<void> {
  const { followObjects } = await import('#kube')
  const request: GetRequest = { name: undefined, flags: { ...flags } }
  for await (const { object, gone } of followObjects(cluster, target, signal)) {
    if (gone || !selects(selector, object)) continue
    if (flags.output === 'json' || flags.output === 'yaml') request.name = object.metadata.name
    const separator = flags.output === 'yaml' ? '---\n' : ''
    terminal.print(separator + (await present([object], description, request)))
    request.flags.header = false
  }
}

function targetOf(
  { apiVersion, kind }: KindDescription,
  { name, flags }: GetRequest,
  namespace: string,
): KindRef {
  return {
    apiVersion,
    kind,
    ...(flags.allNamespaces ? {} : { namespace }),
    ...(flags.labelSelector ? { labelSelector: flags.labelSelector } : {}),
    ...(name ? { fieldSelector: `metadata.name=${name}` } : {}),
  }
}

function rowOptions({ allNamespaces = false, showSource = false, output }: GetFlags): RowOptions {
  return { withNamespace: allNamespaces, showSource, wide: output === 'wide' }
}

/** As kubectl prints: the object when one was asked for, else a List. */
function listOf(objects: readonly KubeObject[], name: string | undefined): unknown {
  const [only] = objects
  if (name && only) return only
  return { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' }, items: objects }
}

function resourceName({ apiVersion, kind, metadata }: KubeObject): string {
  return `${kind.toLowerCase()}.${apiVersion.split('/')[0]}/${metadata.name}`
}

function byName(a: KubeObject, b: KubeObject): number {
  const [x, y] = [a, b].map(({ metadata }) => `${metadata.namespace ?? ''}\0${metadata.name}`)
  return (x ?? '') < (y ?? '') ? -1 : 1
}
