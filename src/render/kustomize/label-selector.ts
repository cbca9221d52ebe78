import { SluiceError, tooLarge } from '#base'

/** Longest selector, in characters. */
const longest = 4096

type Test = (labels: Readonly<Record<string, unknown>>) => boolean

const requirement =
  /^\s*(?:(!)\s*([^\s!=<>(),]+)|([^\s!=<>(),]+)(?:\s*(==|=|!=)\s*([^\s!=<>(),]*)|\s+(in|notin)\s*\(([^()]*)\)|\s*(<|>)\s*(-?\d+))?)\s*$/

/** A Kubernetes label selector as a test: `a=b,c!=d,e in (f,g),h,!i,j>1`. Throws `BUILD_SELECTOR_INVALID`. */
export function parseSelector(text: string): Test {
  if (text.trim() === '') return () => true
  if (text.length > longest) throw tooLarge('a selector', `${text.length} characters`, `at most ${longest}`)
  const tests = splitRequirements(text).map((part) => requirementOf(part, text))
  return (labels) => tests.every((test) => test(labels))
}

function splitRequirements(text: string): string[] {
  return text.split(/,(?![^()]*\))/)
}

function requirementOf(part: string, whole: string): Test {
  const match = requirement.exec(part)
  if (!match)
    throw new SluiceError(
      'BUILD_SELECTOR_INVALID',
      `Cannot read selector ${JSON.stringify(whole)}: found ${JSON.stringify(part)}, wanted key, !key, key=value, key!=value, key in (a,b) or key notin (a,b)`,
    )
  const [, not, absent = '', key = '', operator, value = '', set, members = '', order, bound] = match
  if (not) return (labels) => !Object.hasOwn(labels, absent)
  const has = (labels: Readonly<Record<string, unknown>>): boolean => Object.hasOwn(labels, key)
  if (operator) {
    const equals: Test = (labels) => has(labels) && labels[key] === value
    return operator === '!=' ? (labels) => !equals(labels) : equals
  }
  if (set) {
    const wanted = new Set(members.split(',').map((member) => member.trim()))
    const among: Test = (labels) => has(labels) && wanted.has(String(labels[key]))
    return set === 'in' ? among : (labels) => !among(labels)
  }
  if (order) {
    const limit = Number(bound)
    return (labels) =>
      has(labels) && (order === '>' ? Number(labels[key]) > limit : Number(labels[key]) < limit)
  }
  return has
}
