import { createApiServer } from '#apiserver'
import { type Fetch, fetchFrom, SluiceError, systemClock } from '#base'
import { type Cluster, HttpCluster } from '#kube'
import { createRegistry } from '#registry'

/** An API server and a registry in this process, with no socket between. */
export interface InProcess {
  readonly cluster: Cluster
  /** Every request to the API server since the last `forget`, as `METHOD /path?query`, watches left out. */
  readonly requests: string[]
  readonly registryRequests: string[]
  /** Reaches the registry under any host name. */
  readonly registryFetch: Fetch
  /** From now on requests for this path of the registry, or below it, get no answer. */
  hang(path: string): void
  close(): Promise<void>
}

/** Starts an API server (with simulated workloads) and a registry in memory. */
export async function startInProcess(): Promise<InProcess> {
  const api = await createApiServer({ simulateDelay: 5 })
  const registry = createRegistry()
  const requests: string[] = []
  const registryRequests: string[] = []
  const apiFetch = recording(fetchFrom(api.handler), requests)
  const hanging: string[] = []
  const registryFetch = recording(
    hangingOn(hanging, plainOnly(fetchFrom(registry.handler))),
    registryRequests,
  )
  return {
    cluster: new HttpCluster({
      fetch: apiFetch,
      server: 'http://kubernetes.test',
      clock: systemClock,
      userAgent: 'sluice',
    }),
    requests,
    registryRequests,
    registryFetch,
    hang: (path) => void hanging.push(path),
    close: () => api.close(),
  }
}

function hangingOn(paths: readonly string[], fetch: Fetch): Fetch {
  return (request) => {
    const { pathname } = new URL(request.url)
    if (!paths.some((path) => pathname.startsWith(path))) return fetch(request)
    return new Promise((_, reject) =>
      request.signal?.addEventListener('abort', () => reject(request.signal?.reason)),
    )
  }
}

// A registry without TLS, as one on a laptop is: clients that may, fall back to plain HTTP.
function plainOnly(fetch: Fetch): Fetch {
  return async (request) => {
    if (request.url.startsWith('http://')) return fetch(request)
    throw new SluiceError('CONNECTION_FAILED', `Cannot reach ${new URL(request.url).host}: it speaks no TLS`)
  }
}

function recording(fetch: Fetch, into: string[]): Fetch {
  return (request) => {
    const { pathname, search, searchParams } = new URL(request.url)
    if (searchParams.get('watch') !== 'true') into.push(`${request.method} ${pathname}${search}`)
    return fetch(request)
  }
}
