import { limits, SluiceError } from '#base'

// What kustomize would clone or download.
const remote =
  /^(?:[a-z][a-z0-9+.-]*:\/\/|git::|git@|[^/\s]+@[^/\s]+:|(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org)[/:]|gh:)|[?&](?:ref|version)=/i

/** Throws `KUSTOMIZE_REMOTE_BASE` when an entry is not a path but something to download. */
export function refuseRemote(entry: string, folder: string): void {
  if (entry.length > limits.pathBytes || entry.includes('\n') || !remote.test(entry)) return
  throw new SluiceError(
    'KUSTOMIZE_REMOTE_BASE',
    `Cannot build ${folder}: ${JSON.stringify(withoutSecrets(entry))} is remote, and builds do not use the network; vendor it: ` +
      '`kustomize localize` or `git clone` it into the tree, commit it, and name that folder instead',
  )
}

function withoutSecrets(entry: string): string {
  return entry
    .replace(/\/\/[^/@\s]*@/, '//')
    .replace(/([?&][^=&]*(?:token|key|secret|password)[^=&]*=)[^&]*/gi, '$1…')
}
