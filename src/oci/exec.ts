import { spawn } from 'node:child_process'
import { isObject, limits, messageOf, readAll, SluiceError } from '#base'
import type { Credential } from './credentials.ts'

const helperTimeout = 30_000

/**
 * Asks `docker-credential-<helper> get` for a server's credential; undefined when it has none. Throws
 * `CREDENTIAL_HELPER_FAILED`. The credential passes through pipes only, never through arguments.
 */
export async function runHelper(helper: string, server: string): Promise<Credential | undefined> {
  if (!/^[A-Za-z0-9._-]+$/.test(helper))
    throw failed(helper, 'its name is none', 'letters, digits, ".", "_" and "-"')
  const { code, stdout } = await run(`docker-credential-${helper}`, server)
  if (code !== 0) {
    if (/credentials not found/i.test(stdout)) return undefined
    throw failed(helper, `it ended with exit code ${code}`, 'a credential')
  }
  let answer: unknown
  try {
    answer = JSON.parse(stdout)
  } catch {
    throw failed(helper, 'its answer is no JSON', 'Username and Secret')
  }
  if (!isObject(answer) || typeof answer.Secret !== 'string' || typeof answer.Username !== 'string')
    throw failed(helper, 'its answer lacks Username or Secret', 'both')
  if (answer.Username === '<token>') return { kind: 'identity', token: answer.Secret }
  return { kind: 'basic', username: answer.Username, password: answer.Secret }
}

async function run(program: string, input: string): Promise<{ code: number | null; stdout: string }> {
  const child = spawn(program, ['get'], { stdio: ['pipe', 'pipe', 'ignore'], timeout: helperTimeout })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  // A helper that ends before it has read us makes the pipe fail; its exit code says why.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  try {
    const [code, bytes] = await Promise.all([ended, readAll(child.stdout, limits.tokenBytes, program)])
    return { code, stdout: new TextDecoder().decode(bytes) }
  } catch (cause) {
    child.kill()
    throw new SluiceError(
      'CREDENTIAL_HELPER_FAILED',
      `Cannot run ${program}: ${messageOf(cause)}, wanted a credential`,
      { cause },
    )
  }
}

function failed(helper: string, found: string, wanted: string): SluiceError {
  return new SluiceError(
    'CREDENTIAL_HELPER_FAILED',
    `Cannot ask docker-credential-${helper}: ${found}, wanted ${wanted}`,
  )
}
