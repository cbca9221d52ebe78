import type { Command } from 'commander'
import { messageOf, SluiceError } from '#base'
import type { Connection } from '#kube'
import type { Terminal } from './terminal.ts'

/** The flags by which a user says which cluster and as whom (contracts of kubectl). */
export interface ClusterFlags {
  kubeconfig?: string
  context?: string
  cluster?: string
  user?: string
  token?: string
  server?: string
  as?: string
  asGroup?: string[]
  asUid?: string
  certificateAuthority?: string
  clientCertificate?: string
  clientKey?: string
  tlsServerName?: string
  insecureSkipTlsVerify?: boolean
}

/** Connects to the cluster that a command's flags and environment name. */
export async function openConnection(command: Command, terminal: Terminal): Promise<Connection> {
  const { connect, readClusterConfig } = await import('#kube')
  const flags = command.optsWithGlobals<ClusterFlags>()
  const { kubeconfig, context, cluster, user, server } = flags
  const chosen = {
    env: terminal.env,
    ...(kubeconfig ? { kubeconfig } : {}),
    ...(context ? { context } : {}),
    ...(cluster ? { cluster } : {}),
    ...(user ? { user } : {}),
  }
  const config = server && !kubeconfig && !terminal.env['KUBECONFIG'] ? { server } : readClusterConfig(chosen)
  return connect({
    ...config,
    ...(server ? { server: server.replace(/\/+$/, '') } : {}),
    ...(flags.token ? { token: flags.token } : {}),
    ...(flags.certificateAuthority
      ? { ca: await readPem('--certificate-authority', flags.certificateAuthority) }
      : {}),
    ...(flags.clientCertificate
      ? { cert: await readPem('--client-certificate', flags.clientCertificate) }
      : {}),
    ...(flags.clientKey ? { key: await readPem('--client-key', flags.clientKey) } : {}),
    ...(flags.tlsServerName ? { serverName: flags.tlsServerName } : {}),
    ...(flags.insecureSkipTlsVerify ? { insecureTls: true } : {}),
    ...(flags.as
      ? {
          impersonate: {
            user: flags.as,
            groups: flags.asGroup ?? [],
            ...(flags.asUid ? { uid: flags.asUid } : {}),
          },
        }
      : {}),
  })
}

async function readPem(flag: string, file: string): Promise<string> {
  const { readFile } = await import('node:fs/promises')
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new SluiceError('FLAG_INVALID', `Cannot read ${flag} ${file}: ${messageOf(cause)}`, { cause })
  }
}
