import type { Command } from 'commander'
import { type Kustomization, kustomizeVersion } from '#api'
import { formatDuration, SluiceError } from '#base'
import {
  addCreateFlags,
  type CreateFlags,
  checkName,
  createObject,
  printObject,
  readLabels,
} from '../create-object.ts'
import { readDependency, readHealthCheck, readPath, readSourceRef } from '../references.ts'
import type { Terminal } from '../terminal.ts'
import { choiceOption, durationOption, listOption } from '../values.ts'

interface KustomizationFlags extends CreateFlags {
  source?: string
  path: string
  prune?: boolean
  wait?: boolean
  healthCheck?: string[]
  /** Milliseconds. */
  healthCheckTimeout: number
  dependsOn?: string[]
  serviceAccount?: string
  decryptionProvider?: 'sops'
  decryptionSecret?: string
  targetNamespace?: string
  kubeconfigSecretRef?: string
  /** Milliseconds. */
  retryInterval?: number
}

/** `create kustomization`. */
export function registerCreateKustomization(create: Command, terminal: Terminal): void {
  const command = create
    .command('kustomization')
    .alias('ks')
    .description('Create or replace a Kustomization')
    .argument('[name]', 'its name')
    .option(
      '--source <source>',
      '[<kind>/]<name>[.<namespace>], a GitRepository unless the kind says otherwise',
    )
    .option('--path <path>', 'folder in the source', './')
    .option('--prune', 'delete objects that are no longer in the source')
    .option('--wait', 'wait until every object is healthy')
    .addOption(
      listOption('--health-check <object>', '<Kind>/<name>.<namespace> to wait for, may be repeated'),
    )
    .addOption(durationOption('--health-check-timeout <duration>', 'time for that', '2m0s'))
    .addOption(
      listOption('--depends-on <name>', '[<namespace>/]<name> that must be ready first, may be repeated'),
    )
    .option('--service-account <name>', 'service account to apply as')
    .addOption(choiceOption('--decryption-provider <name>', 'how Secrets are encrypted', ['sops']))
    .option('--decryption-secret <name>', 'Secret with the keys')
    .option('--target-namespace <name>', 'namespace for every object')
    .option('--kubeconfig-secret-ref <name>', 'Secret with the kubeconfig of another cluster')
    .addOption(durationOption('--retry-interval <duration>', 'how soon to try again after a failure'))
  addCreateFlags(command).action(async (name: string | undefined, flags: KustomizationFlags) => {
    checkName(name)
    const object = kustomizationOf(name, flags)
    if (flags.export) return printObject(object, command, terminal)
    terminal.say('generate', 'generating Kustomization')
    await createObject(object, command, terminal, (ready, { revisionOf, success }) => {
      terminal.say('success', `Kustomization ${name} is ready`)
      terminal.say('success', `${success} ${revisionOf(ready)}`)
    })
  })
}

function kustomizationOf(name: string, flags: KustomizationFlags): Kustomization {
  if (!flags.source) throw new SluiceError('FLAG_MISSING', 'source is required')
  const healthChecks = flags.wait ? [] : (flags.healthCheck ?? []).map(readHealthCheck)
  const dependsOn = (flags.dependsOn ?? []).map(readDependency)
  const labels = readLabels(flags.label)
  const waits = flags.wait || healthChecks.length > 0
  return {
    apiVersion: kustomizeVersion,
    kind: 'Kustomization',
    metadata: { name, ...(Object.keys(labels).length > 0 ? { labels } : {}) },
    spec: {
      interval: formatDuration(flags.interval),
      sourceRef: readSourceRef(flags.source),
      path: readPath(flags.path),
      prune: flags.prune ?? false,
      ...(flags.wait ? { wait: true } : {}),
      ...(waits ? { timeout: formatDuration(flags.healthCheckTimeout) } : {}),
      ...(healthChecks.length > 0 ? { healthChecks } : {}),
      ...(dependsOn.length > 0 ? { dependsOn } : {}),
      ...(flags.retryInterval ? { retryInterval: formatDuration(flags.retryInterval) } : {}),
      ...(flags.serviceAccount ? { serviceAccountName: flags.serviceAccount } : {}),
      ...(flags.targetNamespace ? { targetNamespace: flags.targetNamespace } : {}),
      ...(flags.decryptionProvider
        ? {
            decryption: {
              provider: flags.decryptionProvider,
              ...(flags.decryptionSecret ? { secretRef: { name: flags.decryptionSecret } } : {}),
            },
          }
        : {}),
      ...(flags.kubeconfigSecretRef
        ? { kubeConfig: { secretRef: { name: flags.kubeconfigSecretRef } } }
        : {}),
    },
  }
}
