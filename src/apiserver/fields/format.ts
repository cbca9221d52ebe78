const byName: Readonly<Record<string, (text: string) => boolean>> = {
  byte: (text) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text),
  date: (text) => /^\d{4}-\d\d-\d\d$/.test(text) && isTime(`${text}T00:00:00Z`),
  'date-time': isTime,
  datetime: isTime,
  duration: (text) => /^(?:0|[+-]?(?:\d+\.?\d*|\.\d+)(?:h|ms|m|s|us|µs|ns))/.test(text) && isDuration(text),
  email: (text) => /^[^\s@<>]+@[^\s@<>]+$/.test(text),
  hostname: (text) =>
    text.length <= 255 && /^[A-Za-z0-9](?:[-A-Za-z0-9]{0,62}\.)*[-A-Za-z0-9]{0,62}[A-Za-z0-9]?$/.test(text),
  ipv4: isIpv4,
  ipv6: (text) => text.includes(':') && isIpv6(text),
  cidr: isCidr,
  mac: (text) => /^[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}$/.test(text),
  uri: (text) => /^[A-Za-z][A-Za-z0-9+.-]*:/.test(text) && URL.canParse(text),
  uuid: (text) => /^[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i.test(text),
}

/** Whether a text has a JSON schema format; formats that apiextensions does not know accept everything. */
export function hasFormat(format: string, text: string): boolean {
  return Object.hasOwn(byName, format) ? (byName[format]?.(text) ?? true) : true
}

/** RFC 3339 §5.6 date-time with a real day and hour. */
export function isTime(text: string): boolean {
  const match =
    /^(\d{4})-(\d\d)-(\d\d)[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:[0-5]\d)$/.exec(text)
  if (!match) return false
  const [, year, month, day] = match.map(Number)
  const date = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day))
  return date.getUTCMonth() + 1 === month && date.getUTCDate() === day
}

/** An IPv4 address without leading zeros. */
export function isIpv4(text: string): boolean {
  return /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/.test(text) && !/(?:^|\.)0\d/.test(text)
}

/** An IPv6 address, also with an IPv4 tail; no zone. */
export function isIpv6(text: string): boolean {
  const tail = /^(.*:)([\d.]+)$/.exec(text)
  if (tail?.[2]?.includes('.')) return isIpv4(tail[2]) && isIpv6(`${tail[1]}0:0`)
  const halves = text.split('::')
  if (halves.length > 2) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  if (!groups.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return false
  return halves.length === 2 ? groups.length < 8 : groups.length === 8
}

function isCidr(text: string): boolean {
  const [address = '', bits = '', ...rest] = text.split('/')
  if (rest.length > 0 || !/^(?:0|[1-9]\d{0,2})$/.test(bits)) return false
  return (isIpv4(address) && Number(bits) <= 32) || (isIpv6(address) && Number(bits) <= 128)
}

function isDuration(text: string): boolean {
  return /^(?:0|[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:h|ms|m|s|us|µs|ns))+)$/.test(text)
}
