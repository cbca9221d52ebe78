import { openDialer } from '#base'
import type { Cluster } from './cluster.ts'
import { readToken } from './disk.ts'
import { type ExecToken, runCredentialProgram } from './exec.ts'
import { HttpCluster } from './http-cluster.ts'
import type { ClusterConfig } from './kubeconfig.ts'

/** A cluster over real sockets, to be closed by whoever opened it. */
export interface Connection {
  readonly cluster: Cluster
  readonly config: ClusterConfig
  close(): Promise<void>
}

// The kubelet rotates tokens at 80 % of their life; a minute's delay is far inside the rest.
const tokenFileTtl = 60_000

/** Connects to the API server of `config`: one pool for calls and one for watches. */
export async function connect(config: ClusterConfig, userAgent = 'sluice'): Promise<Connection> {
  // A program may answer with a client certificate, which belongs to the connection and not to a request.
  const first = config.exec ? await runCredentialProgram(config.exec, config) : undefined
  const tls = {
    ...(config.ca === undefined ? {} : { ca: config.ca }),
    ...keyPair(first?.cert ?? config.cert, first?.key ?? config.key),
    ...(config.insecureTls ? { insecureTls: true } : {}),
    ...(config.serverName === undefined ? {} : { serverName: config.serverName }),
    ...(config.proxy === undefined ? {} : { proxy: config.proxy }),
  }
  const calls = openDialer({ ...tls, connections: 16 })
  const watches = openDialer({ ...tls, connections: 256 })
  const bearer = createBearer(config, first)
  const cluster = new HttpCluster({
    fetch: calls.fetch,
    watchFetch: watches.fetch,
    server: config.server,
    userAgent,
    headers: async () => ({ ...impersonation(config), ...authorization(config, await bearer.token()) }),
    onUnauthorized: bearer.forget,
  })
  return {
    cluster,
    config,
    async close() {
      await Promise.all([calls.close(), watches.close()])
    },
  }
}

function createBearer(
  config: ClusterConfig,
  first: ExecToken | undefined,
): { token(): Promise<string | undefined>; forget(): void } {
  let file: { token: string; at: number } | undefined
  let answer: Promise<ExecToken> | undefined = first && Promise.resolve(first)
  return {
    async token() {
      if (config.tokenFile !== undefined) {
        if (!file || Date.now() - file.at > tokenFileTtl)
          file = { token: readToken(config.tokenFile), at: Date.now() }
        return file.token
      }
      if (!config.exec) return config.token
      const { expires } = (await answer) ?? {}
      if (!answer || (expires !== undefined && expires - Date.now() < 10_000))
        answer = runCredentialProgram(config.exec, config)
      return (await answer).token
    },
    forget() {
      file = undefined
      answer = undefined
    },
  }
}

function authorization(config: ClusterConfig, token: string | undefined): Record<string, string> {
  if (token !== undefined) return { authorization: `Bearer ${token}` }
  if (!config.basic) return {}
  const { username, password } = config.basic
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
}

function impersonation({ impersonate }: ClusterConfig): Record<string, string | string[]> {
  if (!impersonate) return {}
  return {
    'impersonate-user': impersonate.user,
    ...(impersonate.uid ? { 'impersonate-uid': impersonate.uid } : {}),
    ...(impersonate.groups.length > 0 ? { 'impersonate-group': impersonate.groups } : {}),
  }
}

function keyPair(cert: string | undefined, key: string | undefined): { cert?: string; key?: string } {
  return cert === undefined || key === undefined ? {} : { cert, key }
}
