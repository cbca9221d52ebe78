const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const subdomain = `${label}(\\.${label})*`
const qualified = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const configKey = '[-._a-zA-Z0-9]+'

/** What is wrong with a text, in kube-apiserver's words; empty when nothing is. */
export type Syntax = (text: string) => string[]

/** RFC 1123 label, at most 63 characters. */
export const dnsLabel: Syntax = (text) => [
  ...longerThan(text, 63),
  ...unlike(
    text,
    label,
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
    ['my-name', '123-abc'],
  ),
]

/** RFC 1123 subdomain, at most 253 characters. */
export const dnsSubdomain: Syntax = (text) => [
  ...longerThan(text, 253),
  ...unlike(
    text,
    subdomain,
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
    ['example.com'],
  ),
]

/** A name that may stand in a URL path: RBAC's names. */
export const pathSegment: Syntax = (text) => {
  if (text === '.' || text === '..') return [`may not be '${text}'`]
  return ['/', '%'].filter((part) => text.includes(part)).map((part) => `may not contain '${part}'`)
}

/** The name of a label: an optional DNS prefix, a slash, and 63 characters. */
export const qualifiedName: Syntax = (text) => {
  const rule =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
  const examples = ['MyName', 'my.name', '123-abc']
  const parts = text.split('/')
  if (parts.length > 2) {
    const hint = " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
    return [`a valid label key ${explain(rule, qualified, examples)}${hint}`]
  }
  const [name = '', prefix] = [...parts].reverse()
  const before = prefix === '' ? ['must be non-empty'] : prefix === undefined ? [] : dnsSubdomain(prefix)
  const size = name === '' ? ['must be non-empty'] : longerThan(name, 63)
  return [
    ...before.map((problem) => `prefix part ${problem}`),
    ...[...size, ...unlike(name, qualified, rule, examples)].map((problem) => `name part ${problem}`),
  ]
}

export const labelValue: Syntax = (text) => [
  ...longerThan(text, 63),
  ...unlike(
    text,
    `(${qualified})?`,
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    ['MyValue', 'my_value', '12345'],
  ),
]

/** A key of a ConfigMap or Secret. */
export const dataKey: Syntax = (text) => {
  if (text === '.' || text === '..') return [`must not be '${text}'`]
  const rule = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
  return [
    ...longerThan(text, 253, 'characters'),
    ...unlike(text, configKey, rule, ['key.name', 'KEY_NAME', 'key-name']),
  ]
}

/** IANA service name (RFC 6335 §5.1) in Kubernetes' reading. */
export const portName: Syntax = (text) => {
  const problems: string[] = []
  if (text.length > 15) problems.push('must be no more than 15 characters')
  if (!/^[-a-z0-9]+$/.test(text))
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')
  if (!/[a-z]/.test(text)) problems.push('must contain at least one letter (a-z)')
  if (text.includes('--')) problems.push('must not contain consecutive hyphens')
  if (text.startsWith('-') || text.endsWith('-')) problems.push('must not begin or end with a hyphen')
  return problems
}

/** A port number. */
export function portNumber(value: unknown): string[] {
  const inside = typeof value === 'number' && value >= 1 && value <= 65_535
  return inside ? [] : ['must be between 1 and 65535, inclusive']
}

// The real server counts some in bytes and others in characters; what passes its patterns is ASCII anyway.
function longerThan(text: string, max: number, unit = 'bytes'): string[] {
  return text.length > max ? [`must be no more than ${max} ${unit}`] : []
}

function unlike(text: string, pattern: string, rule: string, examples: readonly string[]): string[] {
  // Anchored alternatives of one class each: no backtracking worth fearing once the length is known to be small.
  return text.length <= 512 && new RegExp(`^(?:${pattern})$`).test(text)
    ? []
    : [explain(rule, pattern, examples)]
}

function explain(rule: string, pattern: string, examples: readonly string[]): string {
  const shown = examples.map((example) => `'${example}', `).join(' or ')
  return `${rule} (e.g. ${shown}regex used for validation is '${pattern}')`
}
