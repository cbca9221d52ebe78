import type { Command } from 'commander'
import { SluiceError } from '#base'
import type { Terminal } from './terminal.ts'
import { durationOption, repeatedOption } from './values.ts'

/** The flags that every command takes, beside those of connection.ts. */
export interface GlobalFlags {
  /** Milliseconds. */
  timeout: number
  namespace?: string
  nsFollowsKubeContext?: boolean
}

const defaultNamespace = 'flux-system'

/** Adds the global flags (contracts: cli.md §1.4) to the program. */
export function addGlobalFlags(program: Command): void {
  program
    .option('-n, --namespace <name>', `namespace of the request (default "${defaultNamespace}")`)
    .option('--ns-follows-kube-context', "use the kubeconfig context's namespace when -n is not given")
    .addOption(durationOption('--timeout <duration>', 'time for the whole operation', '5m0s'))
    .option('--kubeconfig <file>', 'kubeconfig file')
    .option('--context <name>', 'kubeconfig context')
    .option('--cluster <name>', 'kubeconfig cluster')
    .option('--user <name>', 'kubeconfig user')
    .option('--server <url>', 'address of the Kubernetes API server')
    .option('--token <token>', 'bearer token for the API server')
    .option('--as <user>', 'user or service account to impersonate')
    .addOption(repeatedOption('--as-group <group>', 'group to impersonate, may be repeated'))
    .option('--as-uid <uid>', 'UID to impersonate')
    .option('--certificate-authority <file>', "CA certificate of the API server's")
    .option('--client-certificate <file>', 'client certificate for the API server')
    .option('--client-key <file>', 'key of the client certificate')
    .option('--tls-server-name <name>', "name that the API server's certificate must have")
    .option('--insecure-skip-tls-verify', "do not check the API server's certificate")
    .option('--verbose', 'taken for compatibility, without effect')
    .option('--disable-compression', 'taken for compatibility, without effect')
    .option('--cache-dir <dir>', 'taken for compatibility, without effect')
    .option('--kube-api-qps <n>', 'taken for compatibility, without effect')
    .option('--kube-api-burst <n>', 'taken for compatibility, without effect')
}

/** The namespace that a command is about; throws `NAMESPACE_INVALID`. */
export function namespaceOf(command: Command, terminal: Terminal, contextNamespace?: string): string {
  const { namespace, nsFollowsKubeContext } = command.optsWithGlobals<GlobalFlags>()
  if (namespace !== undefined) {
    if (isLabel(namespace)) return namespace
    throw new SluiceError('NAMESPACE_INVALID', `namespace must be a valid DNS label: "${namespace}"`)
  }
  const follows = nsFollowsKubeContext || Boolean(terminal.env.FLUX_NS_FOLLOWS_KUBE_CONTEXT)
  if (follows) return contextNamespace ?? 'default'
  const own = terminal.env.FLUX_SYSTEM_NAMESPACE
  if (!own) return defaultNamespace
  if (isLabel(own)) return own
  terminal.say('warning', `ignoring invalid FLUX_SYSTEM_NAMESPACE: "${own}"`)
  return defaultNamespace
}

// RFC 1123 §2.1
function isLabel(text: string): boolean {
  return text.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text)
}

/** Milliseconds that a command that follows changes may take: without end unless `--timeout` was given. */
export function watchTimeout(command: Command): number | undefined {
  const source = command.getOptionValueSourceWithGlobals('timeout')
  return source === 'cli' ? command.optsWithGlobals<GlobalFlags>().timeout : undefined
}
