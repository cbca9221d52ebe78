export { basicHeader, parseChallenges } from './auth.ts'
export type { Credential, CredentialSource, DockerConfig, RunHelper } from './credentials.ts'
export {
  anonymous,
  credentialFor,
  dockerCredentials,
  firstOf,
  parseCreds,
  parseDockerConfig,
} from './credentials.ts'
export type { LoginFileOptions } from './disk.ts'
export { openLoginFile } from './disk.ts'
export { runHelper } from './exec.ts'
export { allowsPlainHttp, isPrivateHost } from './host.ts'
export { mediaTypeOf, referrerOf } from './manifest-check.ts'
export { parseRange } from './range.ts'
export type { Reference } from './reference.ts'
export { formatReference, parseReference, parseRepository, readTag, targetOf } from './reference.ts'
export type { ReferrersOptions } from './referrers.ts'
export { addFallbackReferrer, fallbackTag } from './referrers.ts'
export { redactUrl } from './registry-error.ts'
export type {
  ContentReader,
  ContentWriter,
  FetchedManifest,
  PutBlobOptions,
  PutBlobResult,
  Repository,
  RepositoryOptions,
} from './repository.ts'
export { openRepository } from './repository.ts'
export type { Constraint } from './semver.ts'
export { parseConstraint, parseFilter, parseVersion, resolveSemver } from './semver.ts'
export type { Descriptor, Index, Manifest } from './spec.ts'
export { isIndex, mediaTypes, parseManifest } from './spec.ts'
export type { RegistryRequest, RegistryResponse, Transport, TransportOptions } from './transport.ts'
export { createTransport } from './transport.ts'
