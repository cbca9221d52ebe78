import type { Command } from 'commander'
import { messageOf, SluiceError } from '#base'
import type { Reference, Repository } from '#oci'
import { withDeadline } from './deadline.ts'
import type { GlobalFlags } from './globals.ts'
import { proxyFor } from './proxy.ts'
import type { Terminal } from './terminal.ts'
import { choiceOption } from './values.ts'

/** The flags by which a command says how to talk to a registry. */
export interface RegistryFlags {
  creds?: string
  provider?: string
  insecureRegistry?: boolean
}

/** A repository for as long as a command runs. */
export interface RegistrySession {
  repository: Repository
  /** Aborted at `--timeout` and at Ctrl-C. */
  signal: AbortSignal
}

/** Adds the flags of {@link RegistryFlags}. */
export function addRegistryFlags(command: Command): Command {
  return command
    .option('--creds <creds>', 'user:password; a value without a colon is sent as a bearer token')
    .addOption(
      choiceOption('--provider <name>', 'whose login to use (default "generic")', [
        'generic',
        'aws',
        'azure',
        'gcp',
      ]),
    )
    .option('--insecure-registry', 'allow plain HTTP and certificates that cannot be verified')
}

/** Reads the artifact's URL of a command; throws `ARGUMENT_MISSING` and `ARTIFACT_URL_INVALID`. */
export async function readArtifactUrl(url: string | undefined): Promise<Reference> {
  checkUrlGiven(url)
  if (!url.startsWith('oci://'))
    throw new SluiceError('ARTIFACT_URL_INVALID', "URL must be in format 'oci://<domain>/<org>/<repo>'")
  const { parseReference } = await import('#oci')
  try {
    return parseReference(url)
  } catch (cause) {
    throw new SluiceError('ARTIFACT_URL_INVALID', `'${url}' invalid URL: ${messageOf(cause)}`, { cause })
  }
}

/** Throws `ARGUMENT_MISSING` when the URL is not there. */
export function checkUrlGiven(url: string | undefined): asserts url is string {
  if (!url) throw new SluiceError('ARGUMENT_MISSING', 'artifact URL is required')
}

/** Does `work` on a repository, logged in as the flags say, and ends its connections. */
export async function withRepository<T>(
  reference: Reference,
  command: Command,
  terminal: Terminal,
  work: (session: RegistrySession) => Promise<T>,
): Promise<T> {
  const flags = command.optsWithGlobals<RegistryFlags & GlobalFlags>()
  checkProvider(flags)
  const { openLightDialer } = await import('#base')
  const { credentialFor, openLoginFile, openRepository, parseCreds } = await import('#oci')
  const { registry } = reference
  const home = terminal.env['HOME']
  const credentials = flags.creds
    ? credentialFor(registry, parseCreds(flags.creds))
    : openLoginFile({ env: terminal.env, ...(home ? { home } : {}) })
  if (flags.creds) terminal.say('action', 'logging in to registry with credentials')
  const proxy = proxyFor(registry, terminal.env)
  const dialer = openLightDialer({
    ...(flags.insecureRegistry ? { insecureTls: true } : {}),
    ...(proxy === undefined ? {} : { proxy }),
  })
  const repository = openRepository(reference, {
    fetch: dialer.fetch,
    credentials,
    ...(flags.insecureRegistry ? { insecure: true } : {}),
  })
  try {
    return await withDeadline(terminal, flags.timeout, (signal) => work({ repository, signal }))
  } finally {
    await dialer.close()
  }
}

/** Reaches the registry and gets a token for pushing, so that neither can fail half-way; throws `error setting up transport: …`. */
export async function connectForPush({ repository, signal }: RegistrySession): Promise<void> {
  const { registry, repository: name } = repository.reference
  const request = {
    registry,
    repository: name,
    method: 'GET',
    path: '/v2/',
    scopes: [`repository:${name}:pull,push`],
    // What the registry thinks of the login, it says at the first upload.
    expect: [200, 401, 403, 404],
    signal,
  } as const
  const response = await prefixed('error setting up transport', () => repository.transport.send(request))
  await response.cancel()
}

/** Does `work` and puts what was being done before the message of its error. */
export async function prefixed<T>(prefix: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (!(cause instanceof SluiceError) || cause.code === 'TIMED_OUT') throw cause
    throw new SluiceError(cause.code, `${prefix}: ${cause.message}`, { cause, details: cause.details })
  }
}

/** An artifact's address without scheme, tag and digest. */
export function addressOfRepository({ registry, repository }: Reference): string {
  return `${registry}/${repository}`
}

function checkProvider({ provider = 'generic', creds }: RegistryFlags): void {
  if (provider === 'generic') return
  throw new SluiceError(
    'PROVIDER_UNSUPPORTED',
    `Cannot log in with --provider ${provider}${creds ? ' and --creds' : ''}: found a cloud login, wanted --provider generic with --creds or a Docker login`,
  )
}
