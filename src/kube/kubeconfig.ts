import { isObject, parseYaml, SluiceError } from '#base'

/** How to reach one API server and as whom; files already read, nothing of it is ever logged. */
export interface ClusterConfig {
  /** Base URL without a trailing slash. */
  server: string
  /** PEM. */
  ca?: string
  cert?: string
  key?: string
  insecureTls?: boolean
  serverName?: string
  proxy?: string
  token?: string
  /** Read again whenever it may have been rotated. */
  tokenFile?: string
  basic?: { username: string; password: string }
  exec?: ExecCredential
  impersonate?: { user: string; groups: string[]; uid?: string }
  /** The context's namespace. */
  namespace?: string
}

/** A credential program of a kubeconfig (client.authentication.k8s.io). */
export interface ExecCredential {
  apiVersion: string
  command: string
  args: string[]
  env: Record<string, string>
  provideClusterInfo: boolean
}

/** One kubeconfig file's text, with the folder that its relative paths start from. */
export interface KubeconfigSource {
  file: string
  text: string
  /** Reads a file that the kubeconfig names. */
  read(path: string): string
}

export interface KubeconfigChoice {
  context?: string
  cluster?: string
  user?: string
}

type Named = Record<string, unknown> & { source: KubeconfigSource }

/**
 * The cluster that a list of kubeconfig files names, the first file to define a name winning (kubectl's merge rules).
 * Throws `KUBECONFIG_INVALID` or `KUBECONFIG_CONTEXT_MISSING`.
 */
export function parseKubeconfig(
  sources: readonly KubeconfigSource[],
  choice: KubeconfigChoice = {},
): ClusterConfig {
  const documents = sources.map((source) => ({ source, document: readDocument(source) }))
  const named = (list: string, member: string, name: string): Named | undefined => {
    for (const { source, document } of documents) {
      const entries = Array.isArray(document[list]) ? document[list] : []
      const found = entries.find((entry: unknown) => isObject(entry) && entry['name'] === name) as
        | Record<string, unknown>
        | undefined
      if (found && isObject(found[member])) return { ...found[member], source }
    }
    return undefined
  }
  const current = documents
    .map(({ document }) => document['current-context'])
    .find((name) => typeof name === 'string' && name !== '')
  const contextName = choice.context ?? (current as string | undefined)
  const context = contextName === undefined ? undefined : named('contexts', 'context', contextName)
  if (contextName !== undefined && !context && !(choice.cluster && choice.user)) {
    throw new SluiceError(
      'KUBECONFIG_CONTEXT_MISSING',
      `Cannot use kubeconfig context: found no context "${contextName}", wanted one of its contexts`,
    )
  }
  const clusterName = choice.cluster ?? text(context?.['cluster'])
  const cluster = clusterName === undefined ? undefined : named('clusters', 'cluster', clusterName)
  const server = text(cluster?.['server'])
  if (!cluster || server === undefined) {
    throw new SluiceError(
      'KUBECONFIG_INVALID',
      `Cannot reach a cluster: found no ${clusterName ? `cluster "${clusterName}" with a server` : 'current context'} in the kubeconfig, wanted KUBECONFIG or --kubeconfig to name one`,
    )
  }
  const userName = choice.user ?? text(context?.['user'])
  const user = userName === undefined ? undefined : named('users', 'user', userName)
  return {
    ...clusterFields(cluster, server),
    ...userFields(user),
    ...optional('namespace', text(context?.['namespace'])),
  }
}

function clusterFields(cluster: Named, server: string): ClusterConfig {
  return {
    server: server.replace(/\/+$/, ''),
    ...optional('ca', inline(cluster, 'certificate-authority')),
    ...optional('serverName', text(cluster['tls-server-name'])),
    ...optional('proxy', text(cluster['proxy-url'])),
    ...(cluster['insecure-skip-tls-verify'] === true ? { insecureTls: true } : {}),
  }
}

function userFields(user: Named | undefined): Partial<ClusterConfig> {
  if (!user) return {}
  const username = text(user['username'])
  const impersonated = text(user['as'])
  return {
    ...optional('cert', inline(user, 'client-certificate')),
    ...optional('key', inline(user, 'client-key')),
    ...optional('token', text(user['token'])),
    ...optional('tokenFile', text(user['tokenFile'])),
    ...(username === undefined ? {} : { basic: { username, password: text(user['password']) ?? '' } }),
    ...(impersonated === undefined
      ? {}
      : { impersonate: { user: impersonated, groups: texts(user['as-groups']) } }),
    ...(isObject(user['exec']) ? { exec: execOf(user['exec']) } : {}),
  }
}

function execOf(exec: Record<string, unknown>): ExecCredential {
  const entries = (Array.isArray(exec['env']) ? exec['env'] : []).filter(isObject)
  return {
    apiVersion: text(exec['apiVersion']) ?? 'client.authentication.k8s.io/v1',
    command: text(exec['command']) ?? '',
    args: texts(exec['args']),
    env: Object.fromEntries(entries.map((entry) => [text(entry['name']) ?? '', text(entry['value']) ?? ''])),
    provideClusterInfo: exec['provideClusterInfo'] === true,
  }
}

// `<field>-data` holds base64 and wins over `<field>`, which names a file.
function inline(fields: Named, field: string): string | undefined {
  const data = text(fields[`${field}-data`])
  if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8')
  const path = text(fields[field])
  return path === undefined ? undefined : fields.source.read(path)
}

function readDocument(source: KubeconfigSource): Record<string, unknown> {
  const document = parseYaml(source.text, { file: source.file }) ?? {}
  if (isObject(document)) return document
  throw new SluiceError(
    'KUBECONFIG_INVALID',
    `Cannot read ${source.file}: found no mapping, wanted a kubeconfig`,
  )
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>)
}
