import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { type LogLevel, SluiceError } from '#base'
import type { ControllersOptions } from '../controllers.ts'
import type { Terminal } from '../terminal.ts'

interface RunFlags {
  storagePath: string
  storageAddr: string
  storageAdvAddr?: string
  metricsAddr: string
  healthAddr: string
  eventsAddr?: string
  concurrent: string
  requeueDependency: string
  minRetryDelay: string
  maxRetryDelay: string
  intervalJitterPercentage: string
  artifactRetentionTtl: string
  artifactRetentionRecords: string
  watchAllNamespaces: boolean
  watchLabelSelector?: string
  crossNamespaceRefs: boolean
  defaultServiceAccount?: string
  enableLeaderElection?: boolean
  installCrds?: boolean
  logLevel: string
}

/** `sluice run`: the controllers, against the cluster that the kubeconfig (or the pod) names. */
export function registerRun(program: Command, terminal: Terminal): void {
  program
    .command('run')
    .description('Run the controllers against a cluster')
    .option('--storage-path <dir>', 'folder where artifacts are stored', join(tmpdir(), 'sluice-artifacts'))
    .option('--storage-addr <address>', 'address that artifacts are served on', ':9090')
    .option('--storage-adv-addr <address>', 'address under which consumers reach the artifacts')
    .option('--metrics-addr <address>', 'address of /metrics', ':8080')
    .option('--health-addr <address>', 'address of /healthz and /readyz', ':9440')
    .option('--events-addr <url>', 'where events are posted, e.g. a notification controller')
    .option('--concurrent <n>', 'objects of a kind reconciled at once', '4')
    .option(
      '--requeue-dependency <duration>',
      'longest time between two looks at an object that waits for others',
      '30s',
    )
    .option('--min-retry-delay <duration>', 'pause before the first retry of a failed source', '750ms')
    .option('--max-retry-delay <duration>', 'longest pause between two retries', '15m')
    .option('--interval-jitter-percentage <n>', 'percent by which intervals vary', '5')
    .option('--artifact-retention-ttl <duration>', 'how long a replaced artifact is kept', '60s')
    .option('--artifact-retention-records <n>', 'how many replaced artifacts are kept', '2')
    .option('--no-watch-all-namespaces', 'only look at the namespace of RUNTIME_NAMESPACE')
    .option('--watch-label-selector <selector>', 'only look at objects with these labels')
    .option('--no-cross-namespace-refs', 'refuse references to other namespaces')
    .option('--default-service-account <name>', 'service account to act as where an object names none')
    .option('--enable-leader-election', 'work only while holding the lease')
    .option('--install-crds', 'install our custom resource definitions first')
    .option('--log-level <level>', 'debug, info or error', 'info')
    .action(async (flags: RunFlags, command: Command) => run(flags, command, terminal))
}

async function run(flags: RunFlags, command: Command, terminal: Terminal): Promise<void> {
  const { createJsonLog } = await import('#base')
  const { becomeLeader } = await import('#runtime')
  const { checkCrds, installCrds, startControllers } = await import('../controllers.ts')
  const { openConnection } = await import('../connection.ts')
  const log = createJsonLog((line) => process.stderr.write(line), levelOf(flags.logLevel))
  const namespace = terminal.env['RUNTIME_NAMESPACE'] ?? 'flux-system'
  const settings = await settingsOf(flags, namespace)
  const { cluster, close } = await openConnection(command, terminal)
  try {
    if (flags.installCrds) await installCrds(cluster, terminal.signal)
    await checkCrds(cluster)
    const identity = `${terminal.env['HOSTNAME'] ?? 'sluice'}_${process.pid}`
    const leadership = flags.enableLeaderElection
      ? await becomeLeader({
          cluster,
          namespace,
          name: 'sluice-leader-election',
          identity,
          signal: terminal.signal,
          log,
        })
      : undefined
    const controllers = await startControllers({ cluster, log, ...settings })
    log.info('running', {
      artifacts: controllers.artifactsUrl,
      health: controllers.healthUrl,
      metrics: controllers.metricsUrl,
    })
    await stopped(leadership ? AbortSignal.any([terminal.signal, leadership.lost]) : terminal.signal)
    log.info('stopping')
    await controllers.stop()
    await leadership?.release()
    if (leadership?.lost.aborted)
      throw new SluiceError('LEADERSHIP_LOST', 'Cannot go on: the lease was lost, wanted to hold it')
  } finally {
    await close()
  }
}

async function settingsOf(
  flags: RunFlags,
  namespace: string,
): Promise<Omit<ControllersOptions, 'cluster' | 'log'>> {
  const { parseDuration } = await import('#base')
  const concurrency = wholeNumber('--concurrent', flags.concurrent, 1)
  return {
    storagePath: flags.storagePath,
    storageAddr: flags.storageAddr,
    metricsAddr: flags.metricsAddr,
    healthAddr: flags.healthAddr,
    ...(flags.storageAdvAddr ? { storageAdvAddr: flags.storageAdvAddr } : {}),
    ...(flags.eventsAddr ? { eventsAddr: flags.eventsAddr } : {}),
    ...(flags.watchAllNamespaces ? {} : { namespace }),
    ...(flags.watchLabelSelector ? { labelSelector: flags.watchLabelSelector } : {}),
    ...(flags.crossNamespaceRefs ? {} : { noCrossNamespaceRefs: true }),
    ...(flags.defaultServiceAccount ? { defaultServiceAccount: flags.defaultServiceAccount } : {}),
    concurrent: { sources: concurrency, kustomizations: concurrency },
    requeueDependency: parseDuration(flags.requeueDependency),
    minRetryDelay: parseDuration(flags.minRetryDelay),
    maxRetryDelay: parseDuration(flags.maxRetryDelay),
    jitter: wholeNumber('--interval-jitter-percentage', flags.intervalJitterPercentage, 0),
    retention: {
      ttl: parseDuration(flags.artifactRetentionTtl),
      records: wholeNumber('--artifact-retention-records', flags.artifactRetentionRecords, 1),
    },
  }
}

function wholeNumber(flag: string, text: string, least: number): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= least) return value
  throw new SluiceError(
    'FLAG_INVALID',
    `Cannot use ${flag}: found "${text}", wanted a whole number of at least ${least}`,
  )
}

function levelOf(text: string): LogLevel {
  if (text === 'debug' || text === 'info' || text === 'error') return text
  throw new SluiceError(
    'FLAG_INVALID',
    `Cannot use --log-level: found "${text}", wanted debug, info or error`,
  )
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
