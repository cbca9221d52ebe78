import type { Command } from 'commander'
import { type KubeObject, requestedAt } from '#api'
import { SluiceError } from '#base'
import type { ObjectRef } from '#kube'
import { addKindCommands, describeKind, type KindDescription } from '../kinds.ts'
import { isSuspended, statusOf } from '../object-status.ts'
import { type Session, withCluster } from '../session.ts'
import type { Terminal } from '../terminal.ts'

/** `reconcile`: asks a controller to look at an object now, and waits for what comes of it. */
export function registerReconcile(program: Command, terminal: Terminal): void {
  const verb = program.command('reconcile').description('Reconcile objects now and wait for the outcome')
  addKindCommands(verb, 'Reconcile', (command, description) => {
    command.argument('[name]', 'which one')
    if (description.sourceOf) command.option('--with-source', 'reconcile its source first')
    command.action((name: string | undefined, { withSource }: { withSource?: boolean }) => {
      const { apiVersion, kind, sourceOf } = description
      if (!name) throw new SluiceError('NAME_MISSING', `${kind} name is required`)
      return withCluster(command, terminal, async (session) => {
        const ref = { apiVersion, kind, name, namespace: session.namespace }
        const object = await readActive(ref, session)
        if (withSource && sourceOf) await reconcileSource(sourceOf(object), session)
        await reconcile(description, ref, session)
      })
    })
  })
}

async function reconcileSource(ref: ObjectRef, session: Session): Promise<void> {
  const description = describeKind(ref.kind, ref.apiVersion)
  if (!description) throw new SluiceError('KIND_UNSUPPORTED', `cannot reconcile source of kind ${ref.kind}`)
  await readActive(ref, session)
  await reconcile(description, ref, session)
}

async function readActive(ref: ObjectRef, { cluster }: Session): Promise<KubeObject> {
  const object = await cluster.get(ref)
  if (isSuspended(object)) throw new SluiceError('OBJECT_SUSPENDED', 'resource is suspended')
  return object
}

async function reconcile(description: KindDescription, ref: ObjectRef, session: Session): Promise<void> {
  const { judgeHandled, waitReady } = await import('../ready.ts')
  const { cluster, terminal, manager } = session
  const { kind, revisionOf, success } = description
  terminal.say('action', `annotating ${kind} ${ref.name} in ${ref.namespace} namespace`)
  const metadata = { annotations: { [requestedAt]: nanoseconds() } }
  const { object } = await cluster.patch(ref, 'merge', { metadata }, { manager })
  terminal.say('success', `${kind} annotated`)
  const previous = statusOf(object)['lastHandledReconcileAt']
  terminal.say('wait', `waiting for ${kind} reconciliation`)
  const done = await waitReady(ref, session, (now) => judgeHandled(now, previous))
  terminal.say('success', `${success} ${revisionOf(done)}`)
}

// RFC 3339 with nanoseconds, so that two requests are never the same.
function nanoseconds(): string {
  const now = performance.timeOrigin + performance.now()
  const fraction = Math.floor((now % 1000) * 1e6)
  return `${new Date(now).toISOString().slice(0, 19)}.${String(fraction).padStart(9, '0')}Z`
}
