import type { Option } from 'commander'
import { choiceOption } from './values.ts'

/** A machine-readable form of output. */
export type Format = 'json' | 'yaml'

/** `-o, --output json|yaml`. */
export function outputOption(): Option {
  return choiceOption('-o, --output <format>', 'print as json or yaml', ['json', 'yaml'])
}

/** `--format json|yaml`, for commands whose `-o` is a path as it is in Flux. */
export function formatOption(): Option {
  return choiceOption('--format <format>', 'print as json or yaml', ['json', 'yaml'])
}

/** A value as JSON with two spaces (in the order of its fields) or YAML (keys sorted), with a line break at the end. */
export async function formatValue(value: unknown, format: Format): Promise<string> {
  if (format === 'json') return `${JSON.stringify(value, undefined, 2)}\n`
  const { formatYaml } = await import('#base')
  return formatYaml(value)
}

/** Revisions for people: every run of 40 to 128 lower-case hex digits is cut to eight. */
export function shortenDigests(text: string): string {
  return text.replaceAll(/\b[0-9a-f]{40,128}\b/g, (digits) => digits.slice(0, 8))
}
