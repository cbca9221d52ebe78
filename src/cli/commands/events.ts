import type { Command } from 'commander'
import { SluiceError, suggestion } from '#base'
import type { KindRef } from '#kube'
import { compareEvents, eventRow, eventTitles, isOfFlux, type KubeEvent } from '../event-rows.ts'
import { describeKind, kindByWord, kinds } from '../kinds.ts'
import { type Format, formatValue, outputOption } from '../output.ts'
import { type Session, withCluster } from '../session.ts'
import { formatTable } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { listOption } from '../values.ts'

interface EventsFlags {
  allNamespaces?: boolean
  watch?: boolean
  for?: string
  types?: string[]
  output?: Format
}

/** `events`: what the controllers have told of their objects. */
export function registerEvents(program: Command, terminal: Terminal): void {
  const command = program
    .command('events')
    .description("Print the events of Flux's kinds, oldest first")
    .option('-A, --all-namespaces', 'of every namespace')
    .option('--for <kind/name>', 'only of this object and its source, or of this kind')
    .addOption(listOption('--types <types>', 'only Normal or Warning ones'))
    .option('-w, --watch', 'print events as they happen')
    .addOption(outputOption())
  command.action((flags: EventsFlags) => {
    checkTypes(flags.types ?? [])
    const subject = readSubject(flags.for)
    return withCluster(command, terminal, (session) => events(flags, subject, session), {
      endless: flags.watch ?? false,
    })
  })
}

interface Subject {
  kind: string
  name: string | undefined
}

async function events(flags: EventsFlags, subject: Subject | undefined, session: Session): Promise<void> {
  const { cluster, namespace, terminal, signal } = session
  const targets = await targetsOf(flags, subject, session)
  const withNamespace =
    (flags.allNamespaces ?? false) || targets.some((target) => target.namespace !== targets[0]?.namespace)
  const wanted = (event: KubeEvent): boolean =>
    isOfFlux(event) && (!flags.types || flags.types.includes(event.type ?? ''))
  const show = async (shown: KubeEvent[], header: boolean): Promise<void> => {
    if (flags.output) {
      const value = { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' }, items: shown }
      return terminal.print(await formatValue(value, flags.output))
    }
    const rows = shown.map((event) => eventRow(event, Date.now(), withNamespace))
    terminal.print(formatTable(header ? eventTitles(withNamespace) : undefined, rows))
  }
  const lists = await Promise.all(targets.map((target) => cluster.list(target)))
  const found = (lists.flatMap(({ items }) => items) as KubeEvent[]).filter(wanted).sort(compareEvents)
  if (found.length > 0 || flags.output) await show(found, true)
  else if (!flags.watch)
    terminal.say(
      'failure',
      flags.allNamespaces ? 'No events found.' : `No events found in ${namespace} namespace.`,
    )
  if (!flags.watch) return
  const known = new Set(found.map(identityOf))
  let header = found.length === 0
  const { followObjects } = await import('#kube')
  await Promise.all(
    targets.map(async (target) => {
      for await (const { object, gone } of followObjects(cluster, target, signal)) {
        const event = object as KubeEvent
        if (gone || !wanted(event) || known.has(identityOf(event))) continue
        await show([event], header)
        header = false
      }
    }),
  )
}

function identityOf({ metadata }: KubeEvent): string {
  return `${metadata.uid} ${metadata.resourceVersion}`
}

// An object's own events, and those of the source that it takes its files from.
async function targetsOf(
  { allNamespaces }: EventsFlags,
  subject: Subject | undefined,
  { cluster, namespace }: Session,
): Promise<KindRef[]> {
  const everywhere = allNamespaces ? {} : { namespace }
  const events = { apiVersion: 'v1', kind: 'Event' }
  if (!subject) return [{ ...events, ...everywhere }]
  const { kind, name } = subject
  if (!name) return [{ ...events, ...everywhere, fieldSelector: `involvedObject.kind=${kind}` }]
  const own = { ...events, ...everywhere, fieldSelector: aboutObject(kind, name) }
  const description = describeKind(kind)
  if (!description) return [own]
  const object = description.sourceOf && (await cluster.get({ ...description, name, namespace }))
  const source = object && description.sourceOf?.(object)
  if (!source) return [own]
  const home = allNamespaces || !source.namespace ? everywhere : { namespace: source.namespace }
  return [own, { ...events, ...home, fieldSelector: aboutObject(source.kind, source.name) }]
}

function aboutObject(kind: string, name: string): string {
  return `involvedObject.kind=${kind},involvedObject.name=${name}`
}

function readSubject(text: string | undefined): Subject | undefined {
  if (!text) return undefined
  const slash = text.indexOf('/')
  const word = slash < 0 ? text : text.slice(0, slash)
  const kind = kindByWord(word)
  if (kind) return { kind: kind.kind, name: slash < 0 ? undefined : text.slice(slash + 1) }
  const names = kinds.map((one) => one.kind)
  throw new SluiceError('KIND_UNKNOWN', `'${word}' is not a recognized Flux kind${suggestion(word, names)}`)
}

function checkTypes(types: readonly string[]): void {
  const wrong = types.find((type) => type !== 'Normal' && type !== 'Warning')
  if (wrong !== undefined)
    throw new SluiceError(
      'FLAG_INVALID',
      `type '${wrong}' not supported. Supported types are Normal, Warning`,
    )
}
