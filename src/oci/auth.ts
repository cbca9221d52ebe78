import type { Clock } from '#base'
import { type Fetch, type HttpRequest, isObject, limits, SluiceError, textOf } from '#base'
import type { Credential } from './credentials.ts'
import { isPrivateHost } from './host.ts'
import { registryError } from './registry-error.ts'

/** One challenge of a `WWW-Authenticate` header (RFC 9110 §11.6.1). Scheme and parameter names are lower-case. */
export interface Challenge {
  scheme: string
  parameters: Readonly<Record<string, string>>
}

/** Reads every challenge of a `WWW-Authenticate` header; what is no challenge is skipped. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: Challenge[] = []
  const token = String.raw`[!#$%&'*+.^_\`|~0-9A-Za-z-]+`
  const pattern = new RegExp(
    String.raw`(${token})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|(${token}))|(${token})(?=\s|,|$)`,
    'gy',
  )
  let at = 0
  while (at < header.length) {
    pattern.lastIndex = at
    const match = pattern.exec(header)
    if (!match) {
      at++
      continue
    }
    at = pattern.lastIndex
    const [, name, quoted, plain, scheme] = match
    if (scheme !== undefined) challenges.push({ scheme: scheme.toLowerCase(), parameters: {} })
    const current = challenges.at(-1)
    if (name === undefined || !current) continue
    const value = quoted === undefined ? (plain ?? '') : quoted.replaceAll(/\\(.)/g, '$1')
    current.parameters = { ...current.parameters, [name.toLowerCase()]: value }
  }
  return challenges
}

/** The `Authorization` header for HTTP Basic (RFC 7617). */
export function basicHeader(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

/** A token and when it ends, in milliseconds since the epoch. */
export interface Token {
  value: string
  expires: number
}

export interface TokenRequest {
  /** The registry's origin: decides whether plain HTTP and private addresses are acceptable for the realm. */
  origin: string
  challenge: Challenge
  scopes: readonly string[]
  credential: Credential | undefined
  signal?: AbortSignal
}

/** Gets a token from the service that a Bearer challenge names. Throws `CHALLENGE_REFUSED` and `TOKEN_INVALID`. */
export async function fetchToken(fetch: Fetch, clock: Clock, request: TokenRequest): Promise<Token> {
  const realm = checkRealm(request)
  const asked = requestFor(realm, request)
  const started = clock.now()
  const response = await fetch({ ...asked, ...(request.signal ? { signal: request.signal } : {}) })
  // A redirect would carry the refresh token or the password on, so none is followed.
  if (response.status !== 200) throw await registryError(asked, response, clock.now())
  const body = parseJson(await textOf(response, limits.tokenBytes))
  const value = isObject(body) ? (body.token ?? body.access_token) : undefined
  if (typeof value !== 'string' || value === '')
    throw new SluiceError(
      'TOKEN_INVALID',
      `Cannot log in at ${realm.origin}: found no token in its answer, wanted "token" or "access_token"`,
    )
  const seconds = isObject(body) && typeof body.expires_in === 'number' ? body.expires_in : 60
  // A token that ends while its request is under way is a needless 401.
  return { value, expires: started + seconds * 900 }
}

function checkRealm({ origin, challenge }: TokenRequest): URL {
  const { realm = '' } = challenge.parameters
  if (!URL.canParse(realm)) throw refused(realm, 'it is no absolute URL', 'http or https')
  const url = new URL(realm)
  const registry = new URL(origin)
  const plainRegistry = registry.protocol === 'http:'
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && plainRegistry))
    throw refused(realm, `it would send credentials over ${url.protocol}//`, 'https')
  // A registry out there has no business making us talk to machines in here.
  if (isPrivateHost(url.host) && !isPrivateHost(registry.host))
    throw refused(realm, 'it is a private address', 'a public one, as the registry has')
  return url
}

function requestFor(realm: URL, { challenge, scopes, credential }: TokenRequest): HttpRequest {
  const { service } = challenge.parameters
  if (credential?.kind === 'identity') {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: credential.token,
      client_id: 'sluice',
      ...(service === undefined ? {} : { service }),
      ...(scopes.length > 0 ? { scope: scopes.join(' ') } : {}),
    })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    return { method: 'POST', url: realm.href, headers, body: form.toString() }
  }
  const url = new URL(realm)
  for (const scope of scopes) url.searchParams.append('scope', scope)
  if (service !== undefined) url.searchParams.set('service', service)
  const headers: Record<string, string> =
    credential?.kind === 'basic'
      ? { authorization: basicHeader(credential.username, credential.password) }
      : {}
  return { method: 'GET', url: url.href, headers }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function refused(realm: string, found: string, wanted: string): SluiceError {
  return new SluiceError(
    'CHALLENGE_REFUSED',
    `Cannot log in at ${JSON.stringify(realm.slice(0, 200))}: ${found}, wanted ${wanted}`,
  )
}
