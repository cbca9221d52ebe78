/** Whether a host name or address, with or without port, is this machine's own or in a private or link-local range. */
export function isPrivateHost(host: string): boolean {
  const name = hostnameOf(host)
  if (name === undefined) return false
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  if (name.startsWith('[')) return isPrivateV6(name.slice(1, -1))
  const v4 = parseV4(name)
  return v4 !== undefined && isPrivateV4(v4)
}

/** Whether plain HTTP may be tried without a flag: this machine and RFC 1918 addresses, as Flux does. */
export function allowsPlainHttp(registry: string): boolean {
  const name = hostnameOf(registry)
  if (name === undefined) return false
  // Link-local addresses are where clouds keep their credentials, so they are private but get no plain HTTP.
  return isPrivateHost(registry) && !name.startsWith('169.254.') && !/^\[f[cde]/.test(name)
}

// The URL parser also reads 127.1, 2130706433 and 0x7f.0.0.1 as addresses, which is what a connection would do.
function hostnameOf(host: string): string | undefined {
  return URL.canParse(`http://${host}/`) ? new URL(`http://${host}/`).hostname.replace(/\.$/, '') : undefined
}

function parseV4(text: string): readonly [number, number] | undefined {
  const match = /^(\d+)\.(\d+)\.\d+\.\d+$/.exec(text)
  return match ? [Number(match[1]), Number(match[2])] : undefined
}

function isPrivateV4([a, b]: readonly [number, number]): boolean {
  return (
    a === 127 ||
    a === 10 ||
    a === 0 ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254)
  )
}

function isPrivateV6(address: string): boolean {
  if (address === '::1' || address === '::') return true
  const mapped = /^::ffff:([0-9a-f]{1,4}):[0-9a-f]{1,4}$/.exec(address)
  if (mapped) {
    const high = Number.parseInt(mapped[1] ?? '0', 16)
    return isPrivateV4([high >> 8, high & 0xff])
  }
  return /^f[cd][0-9a-f]{2}:/.test(address) || /^fe[89ab][0-9a-f]:/.test(address)
}
