import type { Command } from 'commander'
import { type LayerSelector, type OCIRepository, sourceVersion } from '#api'
import { formatDuration, SluiceError } from '#base'
import {
  addCreateFlags,
  type CreateFlags,
  checkName,
  createObject,
  printObject,
  readLabels,
} from '../create-object.ts'
import type { Terminal } from '../terminal.ts'
import { choiceOption, durationOption, listOption } from '../values.ts'

interface OciFlags extends CreateFlags {
  url?: string
  tag?: string
  tagSemver?: string
  digest?: string
  provider: 'generic' | 'aws' | 'azure' | 'gcp'
  secretRef?: string
  certRef?: string
  proxySecretRef?: string
  serviceAccount?: string
  verifyProvider?: 'cosign' | 'notation'
  verifySecretRef?: string
  verifyIssuer?: string
  verifySubject?: string
  layerSelector?: string
  ignorePaths?: string[]
  insecure?: boolean
  /** Milliseconds; 0 means unset. */
  fetchTimeout?: number
}

/** `create source oci`. */
export function registerCreateSourceOci(source: Command, terminal: Terminal): void {
  const command = source
    .command('oci')
    .description('Create or replace an OCIRepository')
    .argument('[name]', 'its name')
    .option('--url <url>', 'oci://<host>/<repository>')
    .option('--tag <tag>', 'tag to follow')
    .option('--tag-semver <range>', 'range of versions, of which the newest is taken')
    .option('--digest <digest>', 'digest to stay at')
    .addOption(
      choiceOption('--provider <name>', 'whose login the controller uses', [
        'generic',
        'aws',
        'azure',
        'gcp',
      ]).default('generic'),
    )
    .option('--secret-ref <name>', 'Secret with the registry login')
    .option('--cert-ref <name>', 'Secret with TLS certificates')
    .option('--proxy-secret-ref <name>', 'Secret with the address of a proxy')
    .option('--service-account <name>', 'service account whose pull secrets are used')
    .addOption(
      choiceOption('--verify-provider <name>', 'verify signatures of this kind', ['cosign', 'notation']),
    )
    .option('--verify-secret-ref <name>', 'Secret with the public keys')
    .option('--verify-issuer <expression>', 'issuer that a keyless signature must have')
    .option('--verify-subject <expression>', 'subject that a keyless signature must have')
    .option('--layer-selector <selector>', '<media-type>:<extract|copy>')
    .addOption(listOption('--ignore-paths <patterns>', 'paths to leave out in gitignore syntax'))
    .option('--insecure', 'allow plain HTTP')
    .addOption(durationOption('--fetch-timeout <duration>', 'time for one fetch'))
  addCreateFlags(command).action(async (name: string | undefined, flags: OciFlags) => {
    checkName(name)
    const object = ociRepositoryOf(name, flags)
    if (flags.export) return printObject(object, command, terminal)
    await createObject(object, command, terminal, (ready, { revisionOf, success }) => {
      const revision = revisionOf(ready)
      if (revision === '') throw new SluiceError('NOT_READY', 'no artifact was found')
      terminal.say('success', 'OCIRepository reconciliation completed')
      terminal.say('success', `${success}: ${revision}`)
    })
  })
}

function ociRepositoryOf(name: string, flags: OciFlags): OCIRepository {
  const { url, tag, tagSemver, digest, provider, ignorePaths = [], fetchTimeout } = flags
  if (!url) throw new SluiceError('FLAG_MISSING', 'url is required')
  if (!tag && !tagSemver && !digest)
    throw new SluiceError('FLAG_MISSING', '--tag, --tag-semver or --digest is required')
  const labels = readLabels(flags.label)
  return {
    apiVersion: sourceVersion,
    kind: 'OCIRepository',
    metadata: { name, ...(Object.keys(labels).length > 0 ? { labels } : {}) },
    spec: {
      interval: formatDuration(flags.interval),
      url,
      provider,
      ref: {
        ...(tag ? { tag } : {}),
        ...(tagSemver ? { semver: tagSemver } : {}),
        ...(digest ? { digest } : {}),
      },
      ...(fetchTimeout ? { timeout: formatDuration(fetchTimeout) } : {}),
      ...(flags.secretRef ? { secretRef: { name: flags.secretRef } } : {}),
      ...(flags.certRef ? { certSecretRef: { name: flags.certRef } } : {}),
      ...(flags.proxySecretRef ? { proxySecretRef: { name: flags.proxySecretRef } } : {}),
      ...(flags.serviceAccount ? { serviceAccountName: flags.serviceAccount } : {}),
      ...(flags.layerSelector ? { layerSelector: readLayerSelector(flags.layerSelector) } : {}),
      ...(ignorePaths.length > 0 ? { ignore: ignorePaths.join('\n') } : {}),
      ...(flags.insecure ? { insecure: true } : {}),
      ...verifyOf(flags),
    },
  }
}

function verifyOf(flags: OciFlags): Pick<OCIRepository['spec'], 'verify'> {
  const { verifyProvider, verifySecretRef, verifyIssuer, verifySubject } = flags
  if (!verifyProvider) {
    const wrong = verifySecretRef
      ? 'a secret reference'
      : verifyIssuer || verifySubject
        ? 'an issuer or subject'
        : undefined
    if (wrong)
      throw new SluiceError(
        'FLAG_MISSING',
        `Cannot verify by ${wrong}: found no --verify-provider, wanted one`,
      )
    return {}
  }
  const identity = { issuer: verifyIssuer ?? '', subject: verifySubject ?? '' }
  return {
    verify: {
      provider: verifyProvider,
      ...(verifySecretRef ? { secretRef: { name: verifySecretRef } } : {}),
      ...(verifyIssuer || verifySubject ? { matchOIDCIdentity: [identity] } : {}),
    },
  }
}

function readLayerSelector(text: string): LayerSelector {
  const colon = text.indexOf(':')
  const mediaType = text.slice(0, colon)
  const operation = text.slice(colon + 1)
  if (colon > 0 && (operation === 'extract' || operation === 'copy')) return { mediaType, operation }
  throw new SluiceError(
    'FLAG_INVALID',
    `invalid argument "${text}" for "--layer-selector" flag: found ${colon > 0 ? `operation '${operation}'` : 'no operation'}, wanted <media-type>:extract or <media-type>:copy`,
  )
}
