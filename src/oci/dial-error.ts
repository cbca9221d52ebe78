import type { SluiceError } from '#base'

/** A failed connection in the words of Go's net package, which Flux's conditions and error lines contain. */
export function goDialError(error: SluiceError, url: string): string {
  const { hostname, port, protocol } = new URL(url)
  const address = `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`
  const { code } = error.details
  const found = error.message.slice(error.message.indexOf(': ') + 2)
  switch (code) {
    case 'ECONNREFUSED':
      return `dial tcp ${address}: connect: connection refused`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `dial tcp: lookup ${hostname}: no such host`
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return `dial tcp ${address}: i/o timeout`
    case 'UND_ERR_HEADERS_TIMEOUT':
      return 'net/http: timeout awaiting response headers'
    case 'ECONNRESET':
    case 'EPIPE':
      return `read tcp ${address}: connection reset by peer`
    case 'UND_ERR_SOCKET':
      return 'EOF'
    default:
      return /wrong version number|packet length too long/i.test(found)
        ? 'http: server gave HTTP response to HTTPS client'
        : found
  }
}
