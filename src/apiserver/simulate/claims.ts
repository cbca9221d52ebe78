import type { KubeObject } from '#api'
import { objectAt, textAt, valueAt } from '../paths.ts'
import { change, create, emit, remove, setStatus, type World } from './world.ts'

const bindCompleted = 'pv.kubernetes.io/bind-completed'
const boundByController = 'pv.kubernetes.io/bound-by-controller'
const provisionedBy = 'pv.kubernetes.io/provisioned-by'

/** The simulated provisioner and volume binder: a claim of a known storage class gets a volume of its own. */
export function reconcileClaim(world: World, claim: KubeObject): void {
  if (claim.metadata.deletionTimestamp || textAt(claim, 'status.phase') === 'Bound') return
  const { core } = world
  const className = textAt(claim, 'spec.storageClassName')
  const storageClass = core.store.get('storage.k8s.io/storageclasses', '', className)
  const asked = textAt(claim, 'spec.volumeName')
  const volume = asked ? core.store.get('/persistentvolumes', '', asked) : undefined
  if (asked ? !volume : !storageClass) return
  const bound = volume ?? provision(world, claim, storageClass)
  const next = change(world, claim, (copy) => ({
    ...copy,
    metadata: {
      ...copy.metadata,
      annotations: { ...copy.metadata.annotations, [bindCompleted]: 'yes', [boundByController]: 'yes' },
    },
    spec: { ...(copy['spec'] as object), volumeName: bound.metadata.name },
  }))
  setStatus(world, next, {
    phase: 'Bound',
    accessModes: valueAt(bound, 'spec.accessModes'),
    capacity: valueAt(bound, 'spec.capacity'),
  })
  setStatus(world, bound, { phase: 'Bound' })
}

function provision(world: World, claim: KubeObject, storageClass: KubeObject | undefined): KubeObject {
  const { name, namespace = '', uid = '' } = claim.metadata
  const volumeName = `pvc-${uid}`
  const known = world.core.store.get('/persistentvolumes', '', volumeName)
  if (known) return known
  const provisioner = textAt(storageClass, 'provisioner')
  const message = `Successfully provisioned volume ${volumeName} (simulated)`
  emit(world, claim, { reason: 'ProvisioningSucceeded', message, component: provisioner })
  return create(world, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: volumeName, annotations: { [provisionedBy]: provisioner } },
    spec: {
      accessModes: valueAt(claim, 'spec.accessModes') ?? ['ReadWriteOnce'],
      capacity: { storage: textAt(claim, 'spec.resources.requests.storage') || '1Gi' },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid },
      hostPath: { path: `/var/lib/sluice/simulated/${volumeName}`, type: 'DirectoryOrCreate' },
      persistentVolumeReclaimPolicy: textAt(storageClass, 'reclaimPolicy') || 'Delete',
      storageClassName: textAt(claim, 'spec.storageClassName'),
      volumeMode: textAt(claim, 'spec.volumeMode') || 'Filesystem',
    },
  })
}

/** Reclaims the volume of a claim that is gone. */
export function releaseVolume(world: World, claim: KubeObject): void {
  const name = textAt(claim, 'spec.volumeName')
  const volume = name ? world.core.store.get('/persistentvolumes', '', name) : undefined
  if (!volume || objectAt(volume, 'spec.claimRef')['uid'] !== claim.metadata.uid) return
  if (textAt(volume, 'spec.persistentVolumeReclaimPolicy') === 'Delete') remove(world, volume)
  else setStatus(world, volume, { phase: 'Released' })
}
