import type { Command } from 'commander'
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
  const { readFileSync } = await import('node:fs')
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
    ...(flags.certificateAuthority ? { ca: readFileSync(flags.certificateAuthority, 'utf8') } : {}),
    ...(flags.clientCertificate ? { cert: readFileSync(flags.clientCertificate, 'utf8') } : {}),
    ...(flags.clientKey ? { key: readFileSync(flags.clientKey, 'utf8') } : {}),
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
