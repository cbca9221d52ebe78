type Environment = Readonly<Record<string, string | undefined>>

/** The proxy that the environment wants for a registry (`HTTPS_PROXY`, `NO_PROXY`), as Go's clients read it; never for this machine. */
export function proxyFor(registry: string, env: Environment): string | undefined {
  const proxy = env.HTTPS_PROXY ?? env.https_proxy
  if (!proxy) return undefined
  const host = hostOf(registry)
  if (host === 'localhost' || host.endsWith('.localhost') || host === '::1' || host.startsWith('127.'))
    return undefined
  const excluded = (env.NO_PROXY ?? env.no_proxy ?? '').split(',').map((entry) => entry.trim())
  if (excluded.some((entry) => excludes(entry, host))) return undefined
  return proxy.includes('://') ? proxy : `http://${proxy}`
}

function excludes(entry: string, host: string): boolean {
  if (entry === '*') return true
  const name = hostOf(entry).replace(/^\*?\./, '')
  return name !== '' && (host === name || host.endsWith(`.${name}`))
}

function hostOf(address: string): string {
  return address
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase()
}
