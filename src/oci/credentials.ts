import { isObject, SluiceError } from '#base'

/** What proves who we are to one registry. Held in memory only, never part of an error. */
export type Credential =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  /** An OAuth2 refresh token, exchanged at the token service. */
  | { readonly kind: 'identity'; readonly token: string }
  /** Sent as it is: `Authorization: Bearer <token>`. */
  | { readonly kind: 'bearer'; readonly token: string }

/** Finds the credential for a repository; undefined means anonymous. */
export type CredentialSource = (registry: string, repository: string) => Promise<Credential | undefined>

/** Runs a Docker credential helper: its name without `docker-credential-`, and the server; undefined when it has none. */
export type RunHelper = (helper: string, server: string) => Promise<Credential | undefined>

/** A Docker (or Podman) login file, as far as it concerns us. */
export interface DockerConfig {
  auths: Readonly<Record<string, DockerAuth>>
  credHelpers: Readonly<Record<string, string>>
  credsStore?: string
}

interface DockerAuth {
  auth?: string
  username?: string
  password?: string
  identitytoken?: string
  registrytoken?: string
}

/** Never a credential: for registries that need none. */
export const anonymous: CredentialSource = async () => undefined

/** One credential, for one registry only. */
export function credentialFor(registry: string, credential: Credential): CredentialSource {
  return async (asked) => (asked === registry ? credential : undefined)
}

/** `--creds`: `user:password`, or a token that is sent as a bearer token when there is no colon, as Flux does. */
export function parseCreds(text: string): Credential {
  const colon = text.indexOf(':')
  if (colon < 0) return { kind: 'bearer', token: text }
  return { kind: 'basic', username: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** Reads a Docker config file's text; throws `DOCKER_CONFIG_INVALID` naming `file`, never its content. */
export function parseDockerConfig(text: string, file: string): DockerConfig {
  let config: unknown
  try {
    config = JSON.parse(text)
  } catch {
    // The cause is left out on purpose: JSON errors quote the text around them, which here is a secret.
    throw invalid(file, 'no JSON', 'a Docker config file')
  }
  if (!isObject(config)) throw invalid(file, 'no JSON object', 'a Docker config file')
  const { auths = {}, credHelpers = {}, credsStore } = config
  if (!isObject(auths)) throw invalid(file, 'auths of another type', 'a map')
  if (!isObject(credHelpers)) throw invalid(file, 'credHelpers of another type', 'a map')
  const entries = Object.entries(auths)
  for (const [host, entry] of entries) checkAuth(host, entry, file)
  return {
    auths: Object.fromEntries(entries) as Record<string, DockerAuth>,
    credHelpers: Object.fromEntries(
      Object.entries(credHelpers).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
    ),
    ...(typeof credsStore === 'string' && credsStore !== '' ? { credsStore } : {}),
  }
}

/** Credentials of a login file: its helper for the registry, else its store, else its own entries. */
export function dockerCredentials(config: DockerConfig, runHelper: RunHelper): CredentialSource {
  return async (registry, repository) => {
    const own = bestEntry(config.credHelpers, registry, repository)
    const helper = own?.value ?? config.credsStore
    if (helper !== undefined) {
      const found = await runHelper(helper, own?.key ?? serverName(registry))
      if (found) return found
    }
    const entry = bestEntry(config.auths, registry, repository)
    return entry ? credentialOf(entry.value) : undefined
  }
}

/** The first source's answer, then the next one's: how several pull secrets make one keychain. */
export function firstOf(sources: readonly CredentialSource[]): CredentialSource {
  return async (registry, repository) => {
    for (const source of sources) {
      const found = await source(registry, repository)
      if (found) return found
    }
    return undefined
  }
}

function checkAuth(host: string, entry: unknown, file: string): void {
  if (!isObject(entry)) throw invalid(file, `an entry of another type for ${host}`, 'a map')
  for (const key of ['auth', 'username', 'password', 'identitytoken', 'registrytoken'])
    if (entry[key] !== undefined && typeof entry[key] !== 'string')
      throw invalid(file, `${key} of another type for ${host}`, 'a text')
  if (typeof entry.auth === 'string' && entry.auth !== '' && decodeAuth(entry.auth) === undefined)
    throw invalid(file, `an auth for ${host} that does not decode`, 'base64 of user:password')
}

function decodeAuth(auth: string): { username: string; password: string } | undefined {
  if (!/^[A-Za-z0-9+/_-]*={0,2}\s*$/.test(auth)) return undefined
  const text = Buffer.from(auth, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 0) return undefined
  // Docker's own writer pads passwords with NUL in old versions.
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') }
}

function credentialOf(entry: DockerAuth): Credential | undefined {
  if (entry.registrytoken) return { kind: 'bearer', token: entry.registrytoken }
  if (entry.identitytoken) return { kind: 'identity', token: entry.identitytoken }
  const decoded = entry.auth ? decodeAuth(entry.auth) : undefined
  const username = decoded?.username ?? entry.username
  const password = decoded?.password ?? entry.password
  if (!username && !password) return undefined
  return { kind: 'basic', username: username ?? '', password: password ?? '' }
}

const hubNames = new Set(['index.docker.io', 'docker.io', 'registry-1.docker.io'])

// Docker Hub is stored under the address of its first API, whatever name the user types.
function serverName(registry: string): string {
  return hubNames.has(registry) ? 'https://index.docker.io/v1/' : registry
}

/** The entry whose key names the registry (`*` stands for one label) and the longest part of the repository's path. */
function bestEntry<T>(
  entries: Readonly<Record<string, T>>,
  registry: string,
  repository: string,
): { key: string; value: T } | undefined {
  let best: { key: string; value: T; length: number } | undefined
  for (const [key, value] of Object.entries(entries)) {
    const plain = key.replace(/^https?:\/\//, '')
    const slash = plain.indexOf('/')
    const host = slash < 0 ? plain : plain.slice(0, slash)
    const path = slash < 0 ? '' : plain.slice(slash + 1).replace(/^v[12]\/?$|\/+$/g, '')
    if (!hostMatches(host, registry)) continue
    if (path !== '' && repository !== path && !repository.startsWith(`${path}/`)) continue
    if (!best || path.length > best.length) best = { key, value, length: path.length }
  }
  return best
}

function hostMatches(pattern: string, registry: string): boolean {
  if (pattern === registry || (hubNames.has(pattern) && hubNames.has(registry))) return true
  if (!pattern.includes('*')) return false
  const labels = registry.split('.')
  const wanted = pattern.split('.')
  return wanted.length === labels.length && wanted.every((label, i) => globMatches(label, labels[i] ?? ''))
}

function globMatches(pattern: string, text: string): boolean {
  const [head = '', ...rest] = pattern.split('*')
  if (!text.startsWith(head)) return false
  let at = head.length
  for (const [i, piece] of rest.entries()) {
    if (i === rest.length - 1) return text.length - piece.length >= at && text.endsWith(piece)
    at = text.indexOf(piece, at)
    if (at < 0) return false
    at += piece.length
  }
  return at === text.length
}

function invalid(file: string, found: string, wanted: string): SluiceError {
  return new SluiceError('DOCKER_CONFIG_INVALID', `Cannot read ${file}: found ${found}, wanted ${wanted}`)
}
