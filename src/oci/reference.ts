import { type Digest, isDigest, SluiceError } from '#base'

/** Where something is: a repository of a registry, and in it a tag, a digest, or neither. */
export interface Reference {
  /** Host with optional port, e.g. `ghcr.io` or `127.0.0.1:5000`. */
  readonly registry: string
  /** Path in the registry, e.g. `stefanprodan/manifests/podinfo`. */
  readonly repository: string
  readonly tag?: string
  readonly digest?: Digest
}

const repositoryCharacters = 'abcdefghijklmnopqrstuvwxyz0123456789_-./'
const tagCharacters = 'abcdefghijklmnopqrstuvwxyz0123456789_-.ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const dockerHub = 'index.docker.io'

/**
 * Reads `[oci://][registry/]repository[:tag][@digest]` with go-containerregistry's defaults (Docker Hub, `library/`).
 * Throws `REFERENCE_INVALID`; its `details.reason` says what is wrong.
 */
export function parseReference(text: string): Reference {
  const plain = withoutScheme(text)
  try {
    const at = plain.indexOf('@')
    const name = at < 0 ? plain : plain.slice(0, at)
    const digest = at < 0 ? undefined : readDigest(plain.slice(at + 1))
    const colon = name.lastIndexOf(':')
    const tag = colon > name.lastIndexOf('/') ? readTag(name.slice(colon + 1)) : undefined
    const place = parseRepository(tag === undefined ? name : name.slice(0, colon))
    return { ...place, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SluiceError('REFERENCE_INVALID', `could not parse reference: ${plain}`, {
      cause,
      details: { reason },
    })
  }
}

/** Reads `[oci://][registry/]repository` without tag or digest; throws `REFERENCE_INVALID`. */
export function parseRepository(text: string): Reference {
  const plain = withoutScheme(text)
  if (plain === '') throw invalid('a repository name must be specified')
  const slash = plain.indexOf('/')
  const first = plain.slice(0, Math.max(slash, 0))
  const named = slash >= 0 && (/[.:]/.test(first) || first === 'localhost')
  const registry = readRegistry(named ? first : dockerHub)
  const repository = named ? plain.slice(slash + 1) : plain
  checkElement('repository', repository, repositoryCharacters, [2, 255])
  // An empty or dotted part would be resolved away by URL rules and address something else.
  if (repository.split('/').some((part) => part === '' || part === '.' || part === '..'))
    throw invalid(`repository must not have empty, "." or ".." parts: ${repository}`)
  const official = registry === dockerHub && !repository.includes('/')
  return { registry, repository: official ? `library/${repository}` : repository }
}

/** The full text of a reference, without a scheme. */
export function formatReference({ registry, repository, tag, digest }: Reference): string {
  return `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`
}

/** What to ask the registry for: the digest, else the tag, else `latest`. */
export function targetOf({ tag, digest }: Reference): string {
  return digest ?? tag ?? 'latest'
}

/** Reads a tag (distribution-spec, "Pulling manifests"); throws `REFERENCE_INVALID`. */
export function readTag(tag: string): string {
  checkElement('tag', tag, tagCharacters, [1, 128])
  if (/^[.-]/.test(tag)) throw invalid(`tag must not start with "." or "-": ${tag}`)
  return tag
}

function withoutScheme(text: string): string {
  return text.startsWith('oci://') ? text.slice('oci://'.length) : text
}

function readDigest(text: string): Digest {
  if (!isDigest(text)) throw invalid(`digest must be sha256:<64 lower-case hex digits>: ${text}`)
  return text
}

function readRegistry(text: string): string {
  // The URL parser is the judge: a host that it reads differently would send us somewhere else.
  const valid =
    /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/.test(text) && URL.canParse(`http://${text}/`)
  if (!valid) throw invalid(`registries must be valid RFC 3986 URI authorities: ${text}`)
  return text === 'docker.io' ? dockerHub : text
}

function checkElement(name: string, element: string, allowed: string, [min, max]: [number, number]): void {
  if (element.length < min || element.length > max)
    throw invalid(`${name} must be between ${min} and ${max} characters in length: ${element}`)
  for (const character of element)
    if (!allowed.includes(character))
      throw invalid(`${name} can only contain the characters \`${allowed}\`: ${element}`)
}

function invalid(reason: string): SluiceError {
  return new SluiceError('REFERENCE_INVALID', reason, { details: { reason } })
}
