import type { KubeObject } from '#api'
import { type Clock, isCode, type Log, messageOf, silentLog, systemClock } from '#base'
import { type Cluster, find } from '#kube'

export interface LeaderOptions {
  cluster: Cluster
  namespace: string
  /** Name of the Lease. */
  name: string
  /** Who we are; unique among the candidates. */
  identity: string
  signal: AbortSignal
  clock?: Clock
  log?: Log
}

/** Leadership while it lasts. */
export interface Leadership {
  /** Aborted when another one may have taken over. */
  readonly lost: AbortSignal
  /** Gives the lease to whoever asks next. */
  release(): Promise<void>
}

// Flux's own figures, so that its manifests and ours fail over alike.
const leaseSeconds = 35
const renewWithin = 30_000
const retryEvery = 5000

interface LeaseSpec {
  holderIdentity?: string
  leaseDurationSeconds?: number
  acquireTime?: string
  renewTime?: string
  leaseTransitions?: number
}

/** Waits until we hold the Lease (coordination.k8s.io/v1) and keeps it renewed; rejects with the signal's reason. */
export async function becomeLeader(options: LeaderOptions): Promise<Leadership> {
  const { clock = systemClock, signal, log = silentLog } = options
  // Another candidate's clock may be wrong: what counts is how long we have seen its lease unchanged.
  let observed = { record: '', at: clock.now() }
  for (;;) {
    signal.throwIfAborted()
    try {
      const lease = await readLease(options)
      const spec = (lease?.['spec'] ?? {}) as LeaseSpec
      const record = JSON.stringify(spec)
      if (record !== observed.record) observed = { record, at: clock.now() }
      const held =
        spec.holderIdentity !== undefined &&
        spec.holderIdentity !== '' &&
        spec.holderIdentity !== options.identity
      const expired = clock.now() - observed.at > (spec.leaseDurationSeconds ?? leaseSeconds) * 1000
      if (!held || expired) {
        await writeLease(options, lease)
        return keep(options)
      }
    } catch (error) {
      // Waiting mends neither a missing namespace nor a missing right.
      if (isCode(error, 'KUBE_NOT_FOUND', 'KUBE_FORBIDDEN')) throw error
      if (!isCode(error, 'KUBE_CONFLICT', 'KUBE_ALREADY_EXISTS'))
        log.error('lease not taken', { error: messageOf(error) })
    }
    await clock.sleep(retryEvery, signal)
  }
}

function keep(options: LeaderOptions): Leadership {
  const { clock = systemClock, signal, log = silentLog } = options
  const lost = new AbortController()
  const released = new AbortController()
  const stop = AbortSignal.any([signal, released.signal])
  const renew = async (): Promise<void> => {
    let renewed = clock.now()
    while (!stop.aborted) {
      await clock.sleep(retryEvery, stop).catch(() => undefined)
      if (stop.aborted) return
      try {
        const lease = await readLease(options)
        if (((lease?.['spec'] ?? {}) as LeaseSpec).holderIdentity !== options.identity) break
        await writeLease(options, lease)
        renewed = clock.now()
      } catch (error) {
        log.error('lease not renewed', { error: messageOf(error) })
        if (clock.now() - renewed > renewWithin) break
      }
    }
    lost.abort()
  }
  renew().catch((error: unknown) => lost.abort(error))
  return {
    lost: lost.signal,
    async release() {
      released.abort()
      const lease = await readLease(options)
      if (lease && ((lease['spec'] ?? {}) as LeaseSpec).holderIdentity === options.identity)
        await writeLease({ ...options, identity: '' }, lease)
    },
  }
}

function readLease({ cluster, namespace, name }: LeaderOptions): Promise<KubeObject | undefined> {
  return find(cluster, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name, namespace })
}

async function writeLease(options: LeaderOptions, lease: KubeObject | undefined): Promise<void> {
  const { cluster, namespace, name, identity, clock = systemClock } = options
  const before = (lease?.['spec'] ?? {}) as LeaseSpec
  const now = new Date(clock.now()).toISOString().replace('Z', '000Z')
  const taken = before.holderIdentity !== identity
  const spec = {
    holderIdentity: identity,
    leaseDurationSeconds: identity === '' ? 1 : leaseSeconds,
    acquireTime: taken ? now : (before.acquireTime ?? now),
    renewTime: now,
    leaseTransitions: (before.leaseTransitions ?? 0) + (taken && lease ? 1 : 0),
  }
  const object = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace } }
  if (!lease) {
    await cluster.create({ ...object, spec }, { manager: 'sluice' })
    return
  }
  const body = { metadata: { resourceVersion: lease.metadata.resourceVersion }, spec }
  await cluster.patch({ ...object, name, namespace }, 'merge', body, { manager: 'sluice' })
}
