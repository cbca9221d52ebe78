import { RE2JS, RE2JSSyntaxException } from 're2js'
import SemVer from 'semver/classes/semver.js'
import { SluiceError } from '#base'

/** A constraint in Masterminds' grammar, as Helm and Flux read it. */
export interface Constraint {
  /** Whether a version satisfies it. */
  allows(version: SemVer): boolean
}

const versionPattern =
  /^v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/

/** A version with optional `v`, one to three parts, leading zeros tolerated; undefined when `text` is none. */
export function parseVersion(text: string): SemVer | undefined {
  const match = versionPattern.exec(text)
  if (!match) return undefined
  const [, major = '0', minor = '0', patch = '0', prerelease, build] = match
  if (prerelease?.split('.').some((part) => /^0[0-9]+$/.test(part))) return undefined
  const core = [major, minor, patch].map(Number)
  if (core.some((part) => !Number.isSafeInteger(part))) return undefined
  const tail = `${prerelease === undefined ? '' : `-${prerelease}`}${build === undefined ? '' : `+${build}`}`
  try {
    return new SemVer(`${core.join('.')}${tail}`)
  } catch {
    return undefined
  }
}

type Operator = '' | '=' | '!=' | '>' | '<' | '>=' | '<=' | '^' | '~'

interface Comparator {
  operator: Operator
  version: SemVer
  /** Parts that were given; 0 for a bare wildcard. */
  parts: number
}

const aliases: Readonly<Record<string, Operator>> = { '=>': '>=', '=<': '<=', '~>': '~' }
const versionText = String.raw`v?(?:[0-9]+|[xX*])(?:\.(?:[0-9]+|[xX*])){0,2}(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?`
const comparatorText = String.raw`(=>|=<|!=|>=|<=|~>|[=><^~])?\s*(${versionText})`
const groupPattern = new RegExp(String.raw`^\s*${comparatorText}(?:\s*[\s,]\s*${comparatorText})*\s*$`)
const comparatorPattern = new RegExp(comparatorText, 'g')
const hyphenPattern = new RegExp(String.raw`\s*(${versionText})\s+-\s+(${versionText})\s*`, 'g')

/** Reads a constraint such as `>=1.0 <2 || ^3`; throws `SEMVER_INVALID`. */
export function parseConstraint(text: string): Constraint {
  const groups = text.replaceAll(hyphenPattern, '>=$1 <=$2').split('||').map(parseGroup)
  return {
    allows: (version) =>
      groups.some((group) => {
        // One pre-release in a group admits the pre-releases of every version in its range.
        const withPrerelease = group.some((comparator) => comparator.version.prerelease.length > 0)
        if (version.prerelease.length > 0 && !withPrerelease) return false
        return group.every((comparator) => satisfies(version, comparator))
      }),
  }
}

/**
 * The tag of the highest version that satisfies `range` among those that match the RE2 expression `filter`. Throws
 * `SEMVER_INVALID`, `FILTER_INVALID` or `SEMVER_NO_MATCH`. Equal versions: the tag that sorts last as text wins.
 */
export function resolveSemver(tags: Iterable<string>, range: string, filter?: string): string {
  const constraint = parseConstraintOf(range)
  const accepts = filter === undefined || filter === '' ? () => true : parseFilter(filter)
  let best: { tag: string; version: SemVer } | undefined
  for (const tag of tags) {
    if (!accepts(tag)) continue
    // Flux skips tags of fewer than three parts, which Masterminds would complete.
    const version = tag.split('.').length < 3 ? undefined : parseVersion(tag)
    if (!version || !constraint.allows(version)) continue
    const order = best ? version.compare(best.version) : 1
    if (order > 0 || (order === 0 && best && tag > best.tag)) best = { tag, version }
  }
  if (!best) throw new SluiceError('SEMVER_NO_MATCH', `no match found for semver: ${range}`)
  return best.tag
}

/** An unanchored RE2 test of tags, linear in time whatever the expression; throws `FILTER_INVALID`. */
export function parseFilter(expression: string): (tag: string) => boolean {
  try {
    const pattern = RE2JS.compile(expression)
    return (tag) => pattern.test(tag)
  } catch (cause) {
    if (!(cause instanceof RE2JSSyntaxException)) throw cause
    throw new SluiceError('FILTER_INVALID', cause.message, { cause })
  }
}

function parseConstraintOf(range: string): Constraint {
  try {
    return parseConstraint(range)
  } catch (cause) {
    if (!(cause instanceof SluiceError)) throw cause
    throw new SluiceError('SEMVER_INVALID', `semver '${range}' parse error: ${cause.message}`, { cause })
  }
}

function parseGroup(text: string): Comparator[] {
  if (!groupPattern.test(text))
    throw new SluiceError('SEMVER_INVALID', `improper constraint: ${JSON.stringify(text)}`)
  return [...text.matchAll(comparatorPattern)].map(([, operator = '', version = '']) =>
    parseComparator(operator, version),
  )
}

function parseComparator(operator: string, text: string): Comparator {
  const [, core = '', tail = ''] = /^v?([^-+]*)(.*)$/.exec(text) ?? []
  const given = core.split('.')
  const wild = given.findIndex((part) => /^[xX*]$/.test(part))
  const known = wild < 0 ? given : given.slice(0, wild)
  const version = parseVersion(`${[...known, '0', '0', '0'].slice(0, 3).join('.')}${tail}`)
  if (!version) throw new SluiceError('SEMVER_INVALID', 'constraint parser error')
  return { operator: aliases[operator] ?? (operator as Operator), version, parts: known.length }
}

function satisfies(version: SemVer, { operator, version: wanted, parts }: Comparator): boolean {
  const order = version.compare(wanted)
  switch (operator) {
    case '':
    case '=':
      return parts < 3 ? withinTilde(version, wanted, parts) : order === 0
    case '!=':
      return parts < 3 ? !samePrefix(version, wanted, parts) : order !== 0
    case '>':
      return order > 0 && (parts === 0 || !samePrefix(version, wanted, parts) || parts === 3)
    case '<':
      return order < 0
    case '>=':
      return order >= 0
    case '<=':
      return order <= 0 || (parts > 0 && parts < 3 && samePrefix(version, wanted, parts))
    case '~':
      return withinTilde(version, wanted, parts)
    default:
      return withinCaret(version, wanted, parts)
  }
}

function samePrefix(a: SemVer, b: SemVer, parts: number): boolean {
  return (
    (parts < 1 || a.major === b.major) &&
    (parts < 2 || a.minor === b.minor) &&
    (parts < 3 || a.patch === b.patch)
  )
}

function withinTilde(version: SemVer, wanted: SemVer, parts: number): boolean {
  return version.compare(wanted) >= 0 && samePrefix(version, wanted, Math.min(parts, 2))
}

// The leftmost part that is not zero stays; of 0.0 what was given decides how much that is.
function withinCaret(version: SemVer, wanted: SemVer, parts: number): boolean {
  if (version.compare(wanted) < 0) return false
  if (wanted.major > 0 || parts === 1) return version.major === wanted.major
  if (wanted.minor > 0 || parts === 2) return samePrefix(version, wanted, 2)
  return samePrefix(version, wanted, 3)
}
