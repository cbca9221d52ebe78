import {
  type Clock,
  type Fetch,
  type HttpRequest,
  type HttpResponse,
  isCode,
  limits,
  retry,
  SluiceError,
  systemClock,
} from '#base'
import { basicHeader, type Challenge, fetchToken, parseChallenges, type Token } from './auth.ts'
import { anonymous, type Credential, type CredentialSource } from './credentials.ts'
import { goDialError } from './dial-error.ts'
import { allowsPlainHttp, isPrivateHost } from './host.ts'
import { redactUrl, registryError } from './registry-error.ts'

export interface TransportOptions {
  fetch: Fetch
  /** Anonymous when absent. */
  credentials?: CredentialSource
  /** Allow plain HTTP when HTTPS does not answer. Local and RFC 1918 registries are allowed it anyway. */
  insecure?: boolean
  clock?: Clock
  /** Attempts of one request, the first included. */
  attempts?: number
  /** A number in [0, 1) for the jitter of retries. */
  random?: () => number
  /** `User-Agent`. */
  userAgent?: string
}

/** One request to a registry. */
export interface RegistryRequest {
  readonly registry: string
  readonly repository: string
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** A path, or an absolute URL that the registry gave. */
  readonly path: string
  /** Token scopes, e.g. `repository:apps/podinfo:pull`. */
  readonly scopes: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
  /** Bytes, or a function that opens them anew for every attempt. */
  readonly body?: Uint8Array | (() => AsyncIterable<Uint8Array>)
  /** Statuses that are no error. */
  readonly expect: readonly number[]
  /** The error code of a 404 without a body. */
  readonly missing?: string
  /** False for requests that must not be sent twice as they are. */
  readonly retry?: boolean
  readonly signal?: AbortSignal
}

/** A registry's answer, and the URL that gave it (after redirects). */
export interface RegistryResponse extends HttpResponse {
  readonly url: string
}

/** Requests to registries with authentication, redirects and retries; shared by all repositories of a process. */
export interface Transport {
  send(request: RegistryRequest): Promise<RegistryResponse>
  readonly clock: Clock
}

interface Origin {
  url: string
  challenge: Challenge | undefined
}

interface State extends Required<Omit<TransportOptions, 'attempts' | 'random'>> {
  origins: Map<string, Promise<Origin>>
  tokens: Map<string, Promise<Token>>
}

/** Opens a {@link Transport}. It remembers, for its own life, how each registry is reached and the tokens it gave. */
export function createTransport(options: TransportOptions): Transport {
  const state: State = {
    fetch: options.fetch,
    credentials: options.credentials ?? anonymous,
    insecure: options.insecure ?? false,
    clock: options.clock ?? systemClock,
    userAgent: options.userAgent ?? 'sluice',
    origins: new Map(),
    tokens: new Map(),
  }
  const { clock } = state
  return {
    clock,
    async send(request) {
      if (request.retry === false) return sendOnce(state, request)
      try {
        return await retry(() => sendOnce(state, request).catch(rethrowFinal), {
          clock,
          ...(options.attempts === undefined ? {} : { attempts: options.attempts }),
          ...(options.random ? { random: options.random } : {}),
          ...(request.signal ? { signal: request.signal } : {}),
        })
      } catch (error) {
        throw error instanceof Final ? error.cause : error
      }
    },
  }
}

/** Wraps an error that waiting a second will not mend, though whoever tries again in minutes may succeed. */
class Final extends Error {}

function rethrowFinal(error: unknown): never {
  const refused =
    isCode(error, 'CONNECTION_FAILED') && ['ECONNREFUSED', 'ENOTFOUND'].includes(String(error.details.code))
  throw refused ? new Final(error.message, { cause: error }) : error
}

async function sendOnce(state: State, request: RegistryRequest): Promise<RegistryResponse> {
  const origin = await originOf(state, request)
  const url = new URL(request.path, origin.url)
  if (url.origin !== origin.url)
    return expected(state, request, await follow(state, request, { url, origin }))
  const sent = await authorization(state, request, origin)
  const first = await follow(state, request, { url, origin, authorization: sent })
  const challenge = first.status === 401 ? challengeOf(first) : undefined
  if (!challenge) return expected(state, request, first)
  const renewed = { url: origin.url, challenge }
  const header = await authorization(state, request, renewed, true)
  // The same password again would only count as another failed login.
  if (header === undefined || header === sent) return expected(state, request, first)
  await first.cancel()
  state.origins.set(request.registry, Promise.resolve(renewed))
  return expected(state, request, await follow(state, request, { url, origin, authorization: header }))
}

async function expected(
  state: State,
  request: RegistryRequest,
  response: RegistryResponse,
): Promise<RegistryResponse> {
  if (request.expect.includes(response.status)) return response
  const { method, missing } = request
  const failed = { method, url: response.url, ...(missing === undefined ? {} : { missing }) }
  throw await registryError(failed, response, state.clock.now())
}

// The first answer to /v2/ tells the scheme that works and how the registry wants to be talked to.
async function originOf(state: State, request: RegistryRequest): Promise<Origin> {
  const { registry } = request
  const known = state.origins.get(registry)
  if (known) return known
  const opening = ping(state, request)
  state.origins.set(registry, opening)
  try {
    return await opening
  } catch (error) {
    if (state.origins.get(registry) === opening) state.origins.delete(registry)
    throw error
  }
}

async function ping(state: State, { registry, signal }: RegistryRequest): Promise<Origin> {
  const schemes = state.insecure || allowsPlainHttp(registry) ? ['https', 'http'] : ['https']
  const failures: unknown[] = []
  for (const scheme of schemes) {
    const url = new URL(`${scheme}://${registry}/v2/`)
    try {
      const response = await fetchAt(state, { method: 'GET', url: url.href, ...(signal ? { signal } : {}) })
      if (response.status !== 200 && response.status !== 401)
        throw await registryError({ method: 'GET', url: url.href }, response, state.clock.now())
      const challenge = challengeOf(response)
      await response.cancel()
      return { url: url.origin, challenge }
    } catch (error) {
      if (signal?.aborted) throw error
      failures.push(error)
    }
  }
  const messages = failures.map((error) => (error instanceof Error ? error.message : String(error)))
  const last = failures.at(-1)
  if (!(last instanceof SluiceError)) throw last
  throw new SluiceError(last.code, messages.join('; '), {
    cause: last,
    retryable: last.retryable,
    details: last.details,
    ...(last.retryAfter === undefined ? {} : { retryAfter: last.retryAfter }),
  })
}

async function authorization(
  state: State,
  request: RegistryRequest,
  origin: Origin,
  renew = false,
): Promise<string | undefined> {
  const { challenge } = origin
  if (!challenge) return undefined
  const credential = await state.credentials(request.registry, request.repository)
  if (credential?.kind === 'bearer') return renew ? undefined : `Bearer ${credential.token}`
  if (challenge.scheme === 'basic') {
    if (credential?.kind !== 'basic') return undefined
    return basicHeader(credential.username, credential.password)
  }
  return `Bearer ${await tokenOf(state, request, { origin, challenge, credential, renew })}`
}

interface TokenNeed {
  origin: Origin
  challenge: Challenge
  credential: Credential | undefined
  renew: boolean
}

async function tokenOf(state: State, request: RegistryRequest, need: TokenNeed): Promise<string> {
  const { origin, challenge, credential, renew } = need
  // A 401 may ask for more than we thought of; what it names is added, never put in place of ours.
  const named = renew ? (challenge.parameters.scope?.split(' ') ?? []) : []
  const scopes = [...new Set([...request.scopes, ...named])].filter((scope) => scope !== '')
  // The repository is part of the key because different repositories may have different credentials.
  const key = [request.registry, request.repository, ...[...request.scopes].sort()].join(' ')
  const known = renew ? undefined : state.tokens.get(key)
  const held = known && (await known.catch(() => undefined))
  if (held && held.expires > state.clock.now()) return held.value
  const { signal } = request
  const fetching = fetchToken((asked) => fetchAt(state, asked), state.clock, {
    origin: origin.url,
    challenge,
    scopes,
    credential,
    ...(signal ? { signal } : {}),
  })
  state.tokens.set(key, fetching)
  try {
    return (await fetching).value
  } catch (error) {
    if (state.tokens.get(key) === fetching) state.tokens.delete(key)
    throw error
  }
}

interface Course {
  url: URL
  origin: Origin
  authorization?: string | undefined
}

/** Sends, and follows redirects of reads: never with credentials to another origin, never from outside to inside. */
async function follow(
  state: State,
  request: RegistryRequest,
  { url: start, origin, authorization }: Course,
): Promise<RegistryResponse> {
  let url = start
  checkTarget(state, origin, url)
  for (let hops = 0; ; hops++) {
    const sameOrigin = url.origin === origin.url
    const response = await fetchAt(state, {
      method: request.method,
      url: url.href,
      headers: {
        ...request.headers,
        ...(sameOrigin && authorization !== undefined ? { authorization } : {}),
      },
      ...bodyOf(request),
      ...(request.signal ? { signal: request.signal } : {}),
    })
    const location = [301, 302, 303, 307, 308].includes(response.status)
      ? response.header('location')
      : undefined
    if (location === undefined || !['GET', 'HEAD'].includes(request.method))
      return { ...response, header: (name) => response.header(name), url: url.href }
    await response.cancel()
    if (hops >= limits.redirects)
      throw refusedRedirect(url, `more than ${limits.redirects} redirects`, 'an answer')
    if (!URL.canParse(location, url.href)) throw refusedRedirect(url, 'a Location that is no URL', 'a URL')
    url = new URL(location, url)
    checkTarget(state, origin, url)
  }
}

function checkTarget(state: State, origin: Origin, url: URL): void {
  const registry = new URL(origin.url)
  if (url.origin === registry.origin) return
  const plain = registry.protocol === 'http:' || state.insecure
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && plain))
    throw refusedRedirect(url, `a redirect to ${url.protocol}//`, 'https')
  if (isPrivateHost(url.host) && !isPrivateHost(registry.host))
    throw refusedRedirect(url, 'a redirect to a private address', 'a public one, as the registry has')
}

function bodyOf({ body }: RegistryRequest): Pick<HttpRequest, 'body'> {
  if (body === undefined) return {}
  return { body: typeof body === 'function' ? body() : body }
}

async function fetchAt(state: State, request: HttpRequest): Promise<HttpResponse> {
  try {
    return await state.fetch({ ...request, headers: { 'user-agent': state.userAgent, ...request.headers } })
  } catch (error) {
    if (!isCode(error, 'CONNECTION_FAILED')) throw error
    const verb = request.method.charAt(0) + request.method.slice(1).toLowerCase()
    throw new SluiceError(
      'CONNECTION_FAILED',
      `${verb} "${redactUrl(request.url)}": ${goDialError(error, request.url)}`,
      { cause: error, retryable: true, details: error.details },
    )
  }
}

function challengeOf(response: HttpResponse): Challenge | undefined {
  const challenges = parseChallenges(response.header('www-authenticate') ?? '')
  // Bearer is the safer one of the two when a registry offers both: the password goes to the token service only.
  return (
    challenges.find(({ scheme }) => scheme === 'bearer') ??
    challenges.find(({ scheme }) => scheme === 'basic')
  )
}

function refusedRedirect(url: URL, found: string, wanted: string): SluiceError {
  return new SluiceError(
    'REDIRECT_REFUSED',
    `Cannot follow ${redactUrl(url.href)}: found ${found}, wanted ${wanted}`,
  )
}
