/**
 * The pairs of an env file: `KEY=value` a line; blank lines and lines that begin with `#` are left out. A line without `=`
 * takes its value from the environment of the builder, which is empty here as it is in Flux's controller.
 */
export function parseEnvFile(
  bytes: Uint8Array,
  path: string,
  refuse: (found: string) => Error,
): [key: string, value: string][] {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw refuse(`env file ${path} is no UTF-8 text`)
  }
  return text
    .split('\n')
    .map((line) => line.replace(/\r$/, '').trimStart())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const at = line.indexOf('=')
      return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)]
    })
}

/** A `key=value` literal; one pair of quotes around the value is taken off. */
export function literalPair(literal: string, refuse: (found: string) => Error): [key: string, value: string] {
  const at = literal.indexOf('=')
  if (at <= 0)
    throw refuse(
      `found literal ${JSON.stringify(literal.slice(0, Math.max(at, 0)) || literal)}, wanted key=value`,
    )
  const value = literal.slice(at + 1)
  const quoted = value.length > 1 && /^(['"]).*\1$/s.test(value)
  return [literal.slice(0, at), quoted ? value.slice(1, -1) : value]
}
