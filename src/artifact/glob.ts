type Token = { kind: 'one'; test: (character: string) => boolean } | { kind: 'star' }

/** One path component against Go's path.Match syntax: `*`, `?`, `[a-c]`, `[^a]`, `\x`. A malformed pattern matches nothing. */
export type Glob = (name: string) => boolean

/** Compiles a glob. Matching takes at most pattern × name steps, whatever the pattern. */
export function compileGlob(pattern: string): Glob {
  const tokens = tokenize(pattern)
  return tokens ? (name) => matches(tokens, Array.from(name)) : () => false
}

function matches(tokens: readonly Token[], name: readonly string[]): boolean {
  let token = 0
  let at = 0
  let star = -1
  let starAt = 0
  while (at < name.length) {
    const current = tokens[token]
    if (current?.kind === 'star') {
      star = token++
      starAt = at
    } else if (current?.kind === 'one' && current.test(name[at] ?? '')) {
      token++
      at++
    } else if (star >= 0) {
      // The last star takes one more character; earlier ones never need to be revisited.
      token = star + 1
      at = ++starAt
    } else return false
  }
  while (tokens[token]?.kind === 'star') token++
  return token === tokens.length
}

function tokenize(pattern: string): Token[] | undefined {
  const characters = Array.from(pattern)
  const tokens: Token[] = []
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] ?? ''
    if (character === '*') tokens.push({ kind: 'star' })
    else if (character === '?') tokens.push({ kind: 'one', test: (c) => c !== '/' })
    else if (character === '[') {
      const parsed = readClass(characters, i + 1)
      if (!parsed) return undefined
      tokens.push({ kind: 'one', test: parsed.test })
      i = parsed.end
    } else {
      if (character === '\\') i++
      const literal = characters[i]
      if (literal === undefined) return undefined
      tokens.push({ kind: 'one', test: (c) => c === literal })
    }
  }
  return tokens
}

function readClass(
  characters: readonly string[],
  start: number,
): { test: (c: string) => boolean; end: number } | undefined {
  const ranges: [string, string][] = []
  const negated = characters[start] === '^'
  let i = negated ? start + 1 : start
  const next = (): string | undefined => {
    const character = characters[i++]
    if (character === '\\') return characters[i++]
    return character === '-' || character === ']' ? undefined : character
  }
  while (characters[i] !== ']' || ranges.length === 0) {
    const low = next()
    if (low === undefined) return undefined
    let high: string | undefined = low
    if (characters[i] === '-') {
      i++
      high = next()
    }
    if (high === undefined) return undefined
    ranges.push([low, high])
    if (i >= characters.length) return undefined
  }
  const inside = (c: string): boolean => ranges.some(([low, high]) => low <= c && c <= high)
  return { test: (c) => inside(c) !== negated, end: i }
}
