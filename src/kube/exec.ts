import { spawn } from 'node:child_process'
import { isObject, SluiceError } from '#base'
import type { ClusterConfig, ExecCredential } from './kubeconfig.ts'

/** What a credential program answered. */
export interface ExecToken {
  token?: string
  cert?: string
  key?: string
  /** Milliseconds since the epoch; undefined when it never expires. */
  expires?: number
}

/** Runs a kubeconfig's credential program (KEP-541); throws `KUBE_CREDENTIALS_FAILED`. */
export async function runCredentialProgram(exec: ExecCredential, config: ClusterConfig): Promise<ExecToken> {
  const info = {
    apiVersion: exec.apiVersion,
    kind: 'ExecCredential',
    spec: {
      interactive: false,
      ...(exec.provideClusterInfo
        ? {
            cluster: {
              server: config.server,
              ...(config.ca
                ? { 'certificate-authority-data': Buffer.from(config.ca).toString('base64') }
                : {}),
            },
          }
        : {}),
    },
  }
  const output = await run(exec, JSON.stringify(info))
  const answer: unknown = parse(output, exec.command)
  const status = isObject(answer) && isObject(answer['status']) ? answer['status'] : undefined
  if (!status) throw failed(exec.command, 'it answered without a status')
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = status as Record<
    string,
    string | undefined
  >
  return {
    ...(token === undefined ? {} : { token }),
    ...(clientCertificateData === undefined ? {} : { cert: clientCertificateData }),
    ...(clientKeyData === undefined ? {} : { key: clientKeyData }),
    ...(expirationTimestamp === undefined ? {} : { expires: Date.parse(expirationTimestamp) }),
  }
}

function run(exec: ExecCredential, info: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(exec.command, exec.args, {
      env: { ...process.env, ...exec.env, KUBERNETES_EXEC_INFO: info },
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: 60_000,
    })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', (error) => reject(failed(exec.command, error.message)))
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(chunks).toString('utf8'))
      else reject(failed(exec.command, `it ended with ${code ?? 'a signal'}`))
    })
  })
}

function parse(output: string, command: string): unknown {
  try {
    return JSON.parse(output)
  } catch {
    throw failed(command, 'it answered something other than JSON')
  }
}

function failed(command: string, found: string): SluiceError {
  return new SluiceError(
    'KUBE_CREDENTIALS_FAILED',
    `Cannot get cluster credentials from ${command}: ${found}`,
  )
}
