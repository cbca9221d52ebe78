import { isObject } from '#base'
import { ensure, fill } from './fill.ts'
import { type Fields, fieldsAt, listAt, textAt } from './walk.ts'

/** Fills one value of a type in place. */
export type Filler = (value: Fields) => void

const mode = { defaultMode: 420 }
const httpGet: Filler = (value) => fill(value, { path: '/', scheme: 'HTTP' })
const fieldRef: Filler = (value) => fill(value, { apiVersion: 'v1' })

/** The defaults of pods and of everything in them, by type. */
export const podDefaults: Readonly<Record<string, Filler>> = {
  'core.v1.Pod': fillPod,
  'core.v1.PodSpec': fillPodSpec,
  'core.v1.Container': fillContainer,
  'core.v1.EphemeralContainer': fillContainer,
  'core.v1.Probe': fillProbe,
  'core.v1.HTTPGetAction': httpGet,
  'core.v1.ObjectFieldSelector': fieldRef,
  'core.v1.Volume': fillVolume,
  'core.v1.SecretVolumeSource': (value) => fill(value, mode),
  'core.v1.ConfigMapVolumeSource': (value) => fill(value, mode),
  'core.v1.DownwardAPIVolumeSource': (value) => fill(value, mode),
  'core.v1.ProjectedVolumeSource': (value) => fill(value, mode),
  'core.v1.ServiceAccountTokenProjection': (value) => fill(value, { expirationSeconds: 3600 }),
  'core.v1.HostPathVolumeSource': (value) => fill(value, { type: '' }),
  'core.v1.PersistentVolumeClaimSpec': (value) => fill(value, { volumeMode: 'Filesystem' }),
}

/** Always for the tag latest, also when it is only meant; IfNotPresent for everything else. */
export function pullPolicyOf(image: string): 'Always' | 'IfNotPresent' {
  const last = image.slice(image.lastIndexOf('/') + 1)
  const tag = last.includes('@') ? 'digest' : (last.split(':')[1] ?? (image === '' ? '' : 'latest'))
  return tag === 'latest' ? 'Always' : 'IfNotPresent'
}

function fillPodSpec(spec: Fields): void {
  fill(spec, {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
  })
  // The old name of the field goes on to be written beside the new one.
  const account = textAt(spec, 'serviceAccountName') || textAt(spec, 'serviceAccount')
  if (account !== '') Object.assign(spec, { serviceAccount: account, serviceAccountName: account })
}

function fillContainer(container: Fields): void {
  fill(container, {
    imagePullPolicy: pullPolicyOf(textAt(container, 'image')),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  })
}

function fillProbe(probe: Fields): void {
  const defaults = { failureThreshold: 3, periodSeconds: 10, successThreshold: 1, timeoutSeconds: 1 }
  for (const [key, value] of Object.entries(defaults)) probe[key] ||= value
}

function fillVolume(volume: Fields): void {
  if (Object.keys(volume).every((key) => key === 'name')) volume['emptyDir'] = {}
  const image = volume['image']
  if (isObject(image)) fill(image, { pullPolicy: pullPolicyOf(textAt(image, 'reference')) })
}

// Only a real pod gets these; a template stays as it was written.
function fillPod(pod: Fields): void {
  const spec = ensure(pod, 'spec')
  fill(spec, { enableServiceLinks: true })
  for (const container of [...listAt(spec, 'containers'), ...listAt(spec, 'initContainers')]) {
    const limits = fieldsAt(container, 'resources', 'limits')
    if (Object.keys(limits).length > 0) {
      const resources = ensure(container, 'resources')
      resources['requests'] = { ...limits, ...fieldsAt(resources, 'requests') }
    }
    if (spec['hostNetwork'] !== true) continue
    for (const port of listAt(container, 'ports')) port['hostPort'] ||= port['containerPort']
  }
}
