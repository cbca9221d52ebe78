import {
  type Clock,
  type Fetch,
  type HttpResponse,
  limits,
  retry,
  SluiceError,
  systemClock,
  textOf,
} from '#base'
import { statusError } from './status-error.ts'

/** How to reach an API server. */
export interface ClusterOptions {
  fetch: Fetch
  /** A fetch for long-running watches, so that they never starve the others. */
  watchFetch?: Fetch
  server: string
  /** Extra headers of every request, e.g. the credential; asked anew for each one. */
  headers?: () => Promise<Record<string, string | string[]>>
  /** Called after a 401, before the one repeat. */
  onUnauthorized?: () => void
  userAgent?: string
  clock?: Clock
}

/** One request to the API server. */
export interface Call {
  method: string
  path: string
  query?: Record<string, string>
  body?: unknown
  contentType?: string
  signal?: AbortSignal
  /** As of HttpRequest; calls that have it are watches. */
  idleTimeout?: number
}

/** Sends a call; an answer that is no success is thrown as its Status says. */
export type Caller = (call: Call) => Promise<HttpResponse>

/** Makes the {@link Caller} of a server: credentials, retries of what can be repeated, one repeat after a 401. */
export function createCaller(options: ClusterOptions): Caller {
  const {
    fetch,
    watchFetch = fetch,
    server,
    headers,
    onUnauthorized,
    userAgent = 'sluice',
    clock = systemClock,
  } = options
  const once = async (call: Call): Promise<HttpResponse> => {
    const query = new URLSearchParams(call.query).toString()
    const send = call.idleTimeout === undefined ? fetch : watchFetch
    const response = await send({
      method: call.method,
      url: `${server}${call.path}${query === '' ? '' : `?${query}`}`,
      headers: {
        accept: 'application/json',
        'user-agent': userAgent,
        ...(call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
        ...(await headers?.()),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      ...(call.signal ? { signal: call.signal } : {}),
      ...(call.idleTimeout === undefined ? {} : { idleTimeout: call.idleTimeout }),
    })
    if (response.status >= 200 && response.status < 300) return response
    throw await statusError(response)
  }
  return async (call) => {
    // A create that was cut off may have happened: only calls that can be repeated safely are.
    const attempts = call.method === 'POST' ? 1 : 4
    try {
      return await retry(() => once(call), { clock, attempts, base: 250, max: 10_000, ...signalOf(call) })
    } catch (error) {
      if (!onUnauthorized || !(error instanceof SluiceError) || error.code !== 'KUBE_UNAUTHORIZED')
        throw error
      onUnauthorized()
      return once(call)
    }
  }
}

/** Sends a call and reads its answer as JSON of at most `max` bytes. */
export async function callJson(
  caller: Caller,
  call: Call,
  max: number = limits.yamlBytes,
): Promise<{ status: number; value: unknown }> {
  const response = await caller(call)
  return { status: response.status, value: JSON.parse(await textOf(response, max)) }
}

/** The signal of an options object, in the shape in which it is passed on. */
export function signalOf({ signal }: { signal?: AbortSignal }): { signal?: AbortSignal } {
  return signal ? { signal } : {}
}
