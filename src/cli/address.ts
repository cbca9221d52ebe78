import { SluiceError } from '#base'

/** Host and port of a listening address such as `127.0.0.1:5000`, `[::1]:0` or `:8080`; throws `ADDRESS_INVALID`. */
export function addressOf(address: string): { host: string; port: number } {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]*):(\d{1,5})$/.exec(address)
  const port = Number(match?.[2])
  if (!match || port > 65_535) {
    throw new SluiceError(
      'ADDRESS_INVALID',
      `Cannot listen on "${address}": wanted host:port, for example 127.0.0.1:5000`,
    )
  }
  return { host: (match[1] ?? '').replace(/^\[|\]$/g, '') || '0.0.0.0', port }
}
