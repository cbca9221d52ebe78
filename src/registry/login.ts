import { createHash, timingSafeEqual } from 'node:crypto'

/** Whether an `Authorization` header names one of the users with the right password; takes equally long for any. */
export function isLogin(header: string | null, users: Readonly<Record<string, string>>): boolean {
  const match = /^basic\s+([A-Za-z0-9+/=]+)$/i.exec(header?.trim() ?? '')
  const text = Buffer.from(match?.[1] ?? '', 'base64').toString('utf8')
  const colon = text.indexOf(':')
  const name = text.slice(0, Math.max(colon, 0))
  const known = colon > 0 && Object.hasOwn(users, name)
  const same = timingSafeEqual(hash(text.slice(colon + 1)), hash((known ? users[name] : undefined) ?? ''))
  return known && same
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
