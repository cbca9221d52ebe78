import type { KubeObject, OCIRepository } from '#api'
import { digestOf, isCode, isObject, messageOf, SluiceError } from '#base'
import type { Cluster } from '#kube'
import { anonymous, type CredentialSource, dockerCredentials, firstOf, parseDockerConfig } from '#oci'

/** What the Secrets that an OCIRepository names say about how to reach its registry. */
export interface Access {
  credentials: CredentialSource
  /** Whether any pull secret was found: then a cloud provider is not asked. */
  hasSecrets: boolean
  /** Changes whenever the content of a pull secret does. */
  fingerprint: string
  /** PEM. */
  ca?: string
  cert?: string
  key?: string
  proxy?: string
}

/** Reads `secretRef`, the service account's pull secrets, `certSecretRef` and `proxySecretRef`; throws `SOURCE_CREDENTIALS_FAILED`. */
export async function readAccess(object: OCIRepository, cluster: Cluster): Promise<Access> {
  const { spec, metadata } = object
  const namespace = metadata.namespace ?? ''
  const names = [...(spec.secretRef ? [spec.secretRef.name] : []), ...(await pullSecretsOf(object, cluster))]
  const secrets = await Promise.all(names.map((name) => pullSecret(cluster, namespace, name)))
  return {
    credentials: secrets.length > 0 ? firstOf(secrets.map(({ source }) => source)) : anonymous,
    hasSecrets: secrets.length > 0,
    fingerprint: digestOf(secrets.map(({ text }) => text).join('\n')),
    ...(spec.certSecretRef ? await certificates(cluster, namespace, spec.certSecretRef.name, spec.url) : {}),
    ...(spec.proxySecretRef
      ? { proxy: await proxyAddress(cluster, namespace, spec.proxySecretRef.name) }
      : {}),
  }
}

async function pullSecretsOf({ spec, metadata }: OCIRepository, cluster: Cluster): Promise<string[]> {
  if (!spec.serviceAccountName) return []
  const namespace = metadata.namespace ?? ''
  try {
    const account = await cluster.get({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      name: spec.serviceAccountName,
      namespace,
    })
    const secrets = (account['imagePullSecrets'] ?? []) as { name?: string }[]
    return secrets.flatMap(({ name }) => (name ? [name] : []))
  } catch (error) {
    throw refused(
      'failed to get credential',
      `failed to get service account '${namespace}/${spec.serviceAccountName}'`,
      error,
    )
  }
}

async function pullSecret(
  cluster: Cluster,
  namespace: string,
  name: string,
): Promise<{ source: CredentialSource; text: string }> {
  const what = 'failed to get credential'
  const data = await readSecret(cluster, namespace, name).catch((error: unknown) => {
    throw refused(what, `failed to get secret '${namespace}/${name}'`, error)
  })
  const config = data['.dockerconfigjson']
  if (config === undefined) {
    throw new SluiceError(
      'SOURCE_CREDENTIALS_FAILED',
      `${what}: found no key .dockerconfigjson in secret '${namespace}/${name}', wanted type kubernetes.io/dockerconfigjson`,
    )
  }
  try {
    // A Secret that names helper programs cannot make the controller run them.
    const source = dockerCredentials(
      parseDockerConfig(config, `secret '${namespace}/${name}'`),
      async () => undefined,
    )
    return { source, text: config }
  } catch (error) {
    throw refused(what, `secret '${namespace}/${name}'`, error)
  }
}

async function certificates(
  cluster: Cluster,
  namespace: string,
  name: string,
  url: string,
): Promise<Pick<Access, 'ca' | 'cert' | 'key'>> {
  const what = `failed to generate transport for '${url}'`
  const data = await readSecret(cluster, namespace, name).catch((error: unknown) => {
    throw new SluiceError('SOURCE_CREDENTIALS_FAILED', `${what}: ${secretError(namespace, name, error)}`, {
      cause: error,
    })
  })
  const ca = data['ca.crt'] ?? data['caFile']
  const cert = data['tls.crt'] ?? data['certFile']
  const key = data['tls.key'] ?? data['keyFile']
  if ((cert === undefined) !== (key === undefined) || (ca === undefined && cert === undefined)) {
    throw new SluiceError(
      'SOURCE_CREDENTIALS_FAILED',
      `${what}: found neither ca.crt nor both tls.crt and tls.key in secret '${namespace}/${name}'`,
    )
  }
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
  }
}

async function proxyAddress(cluster: Cluster, namespace: string, name: string): Promise<string> {
  const what = 'failed to get proxy address'
  const data = await readSecret(cluster, namespace, name).catch((error: unknown) => {
    throw new SluiceError('SOURCE_CREDENTIALS_FAILED', `${what}: ${secretError(namespace, name, error)}`, {
      cause: error,
    })
  })
  const { address, username, password } = data
  if (address === undefined || !URL.canParse(address)) {
    throw new SluiceError(
      'SOURCE_CREDENTIALS_FAILED',
      `${what}: found no URL under the key address of secret '${namespace}/${name}'`,
    )
  }
  const url = new URL(address)
  if (username !== undefined) url.username = encodeURIComponent(username)
  if (password !== undefined) url.password = encodeURIComponent(password)
  return url.href
}

async function readSecret(
  cluster: Cluster,
  namespace: string,
  name: string,
): Promise<Record<string, string>> {
  const secret: KubeObject = await cluster.get({ apiVersion: 'v1', kind: 'Secret', name, namespace })
  const data = isObject(secret['data']) ? secret['data'] : {}
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(String(value), 'base64').toString('utf8')]),
  )
}

function secretError(namespace: string, name: string, error: unknown): string {
  return isCode(error, 'KUBE_NOT_FOUND') ? `secret '${namespace}/${name}' not found` : messageOf(error)
}

function refused(what: string, which: string, error: unknown): SluiceError {
  return new SluiceError('SOURCE_CREDENTIALS_FAILED', `${what}: ${which}: ${messageOf(error)}`, {
    cause: error,
    retryable: true,
  })
}
