import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { messageOf, SluiceError } from '#base'
import { anonymous, type CredentialSource, dockerCredentials, parseDockerConfig } from './credentials.ts'
import { runHelper } from './exec.ts'

export interface LoginFileOptions {
  /** The process's environment, handed in by the command line. */
  env: Readonly<Record<string, string | undefined>>
  /** Home folder; the user's when absent. */
  home?: string
}

/**
 * Credentials of the user's registry logins, read at the first question: `$DOCKER_CONFIG/config.json` or
 * `~/.docker/config.json`, and only when neither is there `$REGISTRY_AUTH_FILE` or Podman's
 * `$XDG_RUNTIME_DIR/containers/auth.json`. Questions throw `DOCKER_CONFIG_INVALID` when the file cannot be read.
 */
export function openLoginFile(options: LoginFileOptions): CredentialSource {
  let opening: Promise<CredentialSource> | undefined
  return async (registry, repository) => {
    opening ??= readLogins(options)
    return (await opening)(registry, repository)
  }
}

async function readLogins({ env, home = homedir() }: LoginFileOptions): Promise<CredentialSource> {
  const candidates = [
    env.DOCKER_CONFIG ? join(env.DOCKER_CONFIG, 'config.json') : undefined,
    join(home, '.docker', 'config.json'),
    env.REGISTRY_AUTH_FILE || undefined,
    env.XDG_RUNTIME_DIR ? join(env.XDG_RUNTIME_DIR, 'containers', 'auth.json') : undefined,
  ]
  for (const file of candidates) {
    if (file === undefined) continue
    const text = await readIfThere(file)
    if (text !== undefined) return dockerCredentials(parseDockerConfig(text, file), runHelper)
  }
  return anonymous
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new SluiceError(
      'DOCKER_CONFIG_INVALID',
      `Cannot read ${file}: ${messageOf(cause)}, wanted a readable login file`,
      { cause },
    )
  }
}
