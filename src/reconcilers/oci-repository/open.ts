import { createHash } from 'node:crypto'
import type { OCIRepository } from '#api'
import { type Clock, type DialOptions, type Fetch, SluiceError } from '#base'
import type { Cluster } from '#kube'
import { createTransport, openRepository, parseRepository, type Repository, type Transport } from '#oci'
import { type Access, readAccess } from './secrets.ts'

/** Opens connections with a CA, client certificate or proxy; the same options give the same pool. */
export type Dial = (options: DialOptions) => Fetch

// Every transport holds tokens; some hundred distinct registry accounts are far more than a cluster has.
const keptTransports = 256

/**
 * Opens the repository of an OCIRepository. Objects that reach the same registry in the same way share one transport, and
 * with it connections and tokens.
 */
export function openSources(options: {
  cluster: Cluster
  clock: Clock
  dial: Dial
}): (object: OCIRepository) => Promise<Repository> {
  const transports = new Map<string, Transport>()
  return async (object) => {
    const { spec } = object
    const reference = parseRepository(spec.url.slice('oci://'.length))
    const access = await readAccess(object, options.cluster)
    const key = keyFor(object, access)
    const known = transports.get(key)
    const transport =
      known ??
      createTransport({
        fetch: options.dial(dialOptions(access, spec.insecure === true)),
        credentials: access.credentials,
        insecure: spec.insecure === true,
        clock: options.clock,
        userAgent: 'flux/v2 sluice',
      })
    transports.delete(key)
    transports.set(key, transport)
    if (transports.size > keptTransports) transports.delete(transports.keys().next().value ?? '')
    return openRepository(reference, { transport })
  }
}

function dialOptions({ ca, cert, key, proxy }: Access, insecure: boolean): DialOptions {
  if (proxy?.startsWith('socks')) {
    throw new SluiceError(
      'SOURCE_CREDENTIALS_FAILED',
      `failed to get proxy address: found a ${new URL(proxy).protocol} proxy, which this version of sluice cannot use yet, wanted http or https`,
    )
  }
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    ...(proxy === undefined ? {} : { proxy }),
    // Flux's rule: insecure turns verification off only where no certificates say what to trust.
    ...(insecure && ca === undefined ? { insecureTls: true } : {}),
  }
}

// The content of the Secrets is part of the key, so that a changed password is not served from an old token.
function keyFor({ spec }: OCIRepository, access: Access): string {
  const { ca, cert, key, proxy, fingerprint } = access
  const registry = parseRepository(spec.url.slice('oci://'.length)).registry
  const content = JSON.stringify([registry, spec.insecure, ca, cert, key, proxy, fingerprint])
  return createHash('sha256').update(content).digest('base64')
}
