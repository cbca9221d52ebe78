import { existsSync, readFileSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { SluiceError } from '#base'
import {
  type ClusterConfig,
  type KubeconfigChoice,
  type KubeconfigSource,
  parseKubeconfig,
} from './kubeconfig.ts'

export interface ClusterConfigOptions extends KubeconfigChoice {
  /** One file, instead of what KUBECONFIG lists. */
  kubeconfig?: string
  env: Readonly<Record<string, string | undefined>>
}

const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * The cluster to talk to, found as kubectl finds it: an explicit file, the files of KUBECONFIG, the home folder's, and at
 * last the pod's own service account. Throws `KUBECONFIG_MISSING`, `KUBECONFIG_INVALID` or `KUBECONFIG_CONTEXT_MISSING`.
 */
export function readClusterConfig(options: ClusterConfigOptions): ClusterConfig {
  const { env, kubeconfig } = options
  if (kubeconfig !== undefined && !existsSync(kubeconfig)) throw missing(kubeconfig)
  const listed =
    kubeconfig === undefined ? (env['KUBECONFIG'] ?? '').split(':').filter(Boolean) : [kubeconfig]
  const files = listed.length > 0 ? listed : env['HOME'] ? [join(env['HOME'], '.kube', 'config')] : []
  const present = files.filter((file) => existsSync(file))
  if (present.length > 0) return parseKubeconfig(present.map(sourceOf), options)
  const inCluster = listed.length === 0 ? inClusterConfig(env) : undefined
  if (inCluster) return inCluster
  throw missing(files.join(':') || 'KUBECONFIG')
}

/** The pod's own service account; undefined outside a cluster. */
export function inClusterConfig(
  env: Readonly<Record<string, string | undefined>>,
): ClusterConfig | undefined {
  const host = env['KUBERNETES_SERVICE_HOST']
  const port = env['KUBERNETES_SERVICE_PORT']
  if (!host || !port || !existsSync(`${accountFolder}/token`)) return undefined
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    ca: readFileSync(`${accountFolder}/ca.crt`, 'utf8'),
    tokenFile: `${accountFolder}/token`,
    namespace: readFileSync(`${accountFolder}/namespace`, 'utf8').trim(),
  }
}

/** A service account token, which the kubelet rotates under us. */
export function readToken(file: string): string {
  return readFileSync(file, 'utf8').trim()
}

function sourceOf(file: string): KubeconfigSource {
  return {
    file,
    text: readFileSync(file, 'utf8'),
    read: (path) => readFileSync(isAbsolute(path) ? path : join(dirname(file), path), 'utf8'),
  }
}

function missing(where: string): SluiceError {
  return new SluiceError(
    'KUBECONFIG_MISSING',
    `Cannot find a cluster: found no kubeconfig at ${where}, wanted KUBECONFIG or --kubeconfig to name one`,
  )
}
