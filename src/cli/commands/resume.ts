import type { Command } from 'commander'
import { messageOf, SluiceError } from '#base'
import type { ObjectRef } from '#kube'
import { addKindCommands, type KindDescription } from '../kinds.ts'
import { checkNamed, selectNamed } from '../named.ts'
import { type Session, withCluster } from '../session.ts'
import type { Terminal } from '../terminal.ts'

interface ResumeFlags {
  all?: boolean
  wait?: boolean
}

/** `resume`: suspended objects are looked after again; waits for the outcome when one is named or `--wait` is given. */
export function registerResume(program: Command, terminal: Terminal): void {
  const verb = program.command('resume').description('Resume suspended objects')
  addKindCommands(verb, 'Resume', (command, description) => {
    command
      .argument('[name...]', 'which ones')
      .option('--all', 'every one in the namespace')
      .option('--wait', 'wait for the outcome, which is what happens anyway when one object is named')
      .option('--no-wait', 'do not wait')
      .action((names: string[], { all, wait }: ResumeFlags) => {
        checkNamed(description, names, all)
        return withCluster(command, terminal, async (session) => {
          const refs = await selectNamed(description, names, session)
          for (const ref of refs) await resume(description, ref, session)
          if (wait ?? names.length === 1) await waitForAll(description, refs, session)
        })
      })
  })
}

async function resume(
  { human }: KindDescription,
  ref: ObjectRef,
  { cluster, namespace, terminal, manager }: Session,
): Promise<void> {
  terminal.say('action', `resuming ${human} ${ref.name} in ${namespace} namespace`)
  await cluster.patch(ref, 'merge', { spec: { suspend: null } }, { manager })
  terminal.say('success', `${human} resumed`)
}

async function waitForAll(
  { kind, success, revisionOf }: KindDescription,
  refs: readonly ObjectRef[],
  session: Session,
): Promise<void> {
  const { judgeReady, waitReady } = await import('../ready.ts')
  const { terminal } = session
  for (const _ of refs) terminal.say('wait', `waiting for ${kind} reconciliation`)
  const outcomes = await Promise.allSettled(refs.map((ref) => waitReady(ref, session, judgeReady)))
  let failures = 0
  for (const [i, outcome] of outcomes.entries()) {
    const name = refs[i]?.name ?? ''
    if (outcome.status === 'fulfilled') {
      terminal.say('success', `${kind} ${name} reconciliation completed`)
      terminal.say('success', `${success} ${revisionOf(outcome.value)}`)
      continue
    }
    failures++
    terminal.say('failure', `${kind} ${name} reconciliation failed: ${messageOf(outcome.reason)}`)
  }
  if (failures > 0) throw new SluiceError('NOT_READY', `reconciliation failed for ${failures} ${kind}(s)`)
}
