import { Option } from 'commander'
import { parseDuration, SluiceError, suggestion } from '#base'
import { flagName } from './arguments.ts'

/** A flag with a Go duration, read as milliseconds. */
export function durationOption(flags: string, description: string, standard?: string): Option {
  const option = new Option(flags, description)
  if (standard !== undefined) option.default(parseDuration(standard), standard)
  return option.argParser((text: string) => {
    try {
      return parseDuration(text)
    } catch (cause) {
      throw invalidFlag(option, text, `time: invalid duration "${text}"`, cause)
    }
  })
}

/** A flag that takes comma-separated values and may be repeated (pflag's StringSlice). */
export function listOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text: string, previous: string[] | undefined) => [
    ...(previous ?? []),
    ...readCsv(text),
  ])
}

/** A flag that may be repeated and takes each value as it is (pflag's StringArray). */
export function repeatedOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text: string, previous: string[] | undefined) => [
    ...(previous ?? []),
    text,
  ])
}

/** A flag that takes one of a few words. */
export function choiceOption(flags: string, description: string, words: readonly string[]): Option {
  const option = new Option(flags, description)
  return option.argParser((text: string) => {
    if (words.includes(text)) return text
    throw invalidFlag(option, text, `must be one of: ${words.join(', ')}${suggestion(text, words)}`)
  })
}

/** A flag that takes a whole number of at least `least`. */
export function countOption(flags: string, description: string, least = 1): Option {
  const option = new Option(flags, description)
  return option.argParser((text: string) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value
    throw invalidFlag(option, text, `must be a whole number of at least ${least}`)
  })
}

// In pflag's words.
function invalidFlag(
  option: Pick<Option, 'short' | 'long'>,
  value: string,
  why: string,
  cause?: unknown,
): SluiceError {
  return new SluiceError(
    'FLAG_INVALID',
    `invalid argument "${value}" for "${flagName(option)}" flag: ${why}`,
    cause === undefined ? {} : { cause },
  )
}

/** Reads `key=value`, split at the first `=`; throws `FLAG_INVALID`. */
export function readPair(text: string, what: string): [string, string] {
  const equals = text.indexOf('=')
  if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)]
  throw new SluiceError('FLAG_INVALID', `invalid ${what} ${text}, must be in the format key=value`)
}

// RFC 4180 fields of one line.
function readCsv(text: string): string[] {
  if (text === '') return []
  const fields = [...text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)]
  return fields.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '')
}
