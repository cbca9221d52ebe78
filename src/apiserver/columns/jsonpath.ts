import { isObject } from '#base'

type Step = (values: unknown[]) => unknown[]

/**
 * Evaluates the JSONPath of kubectl and printer columns, without braces: `.a.b`, `['a.b']`, `[0]`, `[-1]`, `[1:3]`,
 * `[*]`, `.*`, `..a`, and filters such as `[?(@.type=="Ready")]`. What cannot be read selects nothing.
 */
export function evaluateJsonPath(root: unknown, path: string): unknown[] {
  const trimmed = path
    .trim()
    .replace(/^\{(.*)\}$/s, '$1')
    .replace(/^\$/, '')
  const steps = stepsOf(trimmed)
  if (!steps) return []
  return steps
    .reduce<unknown[]>((values, step) => step(values), [root])
    .filter((value) => value !== undefined)
}

const token =
  /\.\.([\w-]+|\*)|\.((?:[\w$/-]|\\\.)+|\*)|\[\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(-?\d+)|(\*)|(-?\d*:-?\d*)|\?\(((?:[^()'"]|'[^']*'|"[^"]*"|\([^()]*\))*)\))\s*\]/y

function stepsOf(path: string): Step[] | undefined {
  const text = path !== '' && !/^[.[]/.test(path) ? `.${path}` : path
  const steps: Step[] = []
  token.lastIndex = 0
  let at = 0
  while (at < text.length) {
    token.lastIndex = at
    const match = token.exec(text)
    if (!match) return undefined
    const step = stepOf(match)
    if (!step) return undefined
    steps.push(step)
    at = token.lastIndex
  }
  return steps
}

function stepOf(match: RegExpExecArray): Step | undefined {
  const [, deep, field, single, double, index, star, slice, filter] = match
  const quoted = single ?? double
  if (deep !== undefined) return (values) => values.flatMap((value) => descend(value, deep))
  if (field === '*' || star !== undefined) return (values) => values.flatMap(childrenOf)
  if (field !== undefined) return byKey(field.replaceAll('\\.', '.'))
  if (quoted !== undefined) return byKey(quoted.replace(/\\(.)/g, '$1'))
  if (index !== undefined)
    return (values) =>
      values.flatMap((value) => (Array.isArray(value) ? value.slice(...at(Number(index))) : []))
  if (slice !== undefined) {
    const [from, to] = slice.split(':')
    return (values) =>
      values.flatMap((value) =>
        Array.isArray(value) ? value.slice(Number(from || 0), to ? Number(to) : undefined) : [],
      )
  }
  const matches = filterOf(filter ?? '')
  return matches && ((values) => values.flatMap(childrenOf).filter(matches))
}

function at(index: number): [number, number | undefined] {
  return [index, index === -1 ? undefined : index + 1]
}

function byKey(key: string): Step {
  return (values) =>
    values.flatMap((value) => (isObject(value) && Object.hasOwn(value, key) ? [value[key]] : []))
}

function childrenOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value
  return isObject(value) ? Object.values(value) : []
}

function descend(value: unknown, key: string): unknown[] {
  const here = key === '*' ? childrenOf(value) : byKey(key)([value])
  return [...here, ...childrenOf(value).flatMap((child) => descend(child, key))]
}

const comparison = /^@(.*?)\s*(==|!=|<=|>=|<|>)\s*(?:'([^']*)'|"([^"]*)"|(true|false)|(-?\d+(?:\.\d+)?))$/s

function filterOf(source: string): ((value: unknown) => boolean) | undefined {
  const text = source.trim()
  const compared = comparison.exec(text)
  if (!compared) {
    const path = /^@(.*)$/s.exec(text)?.[1]
    return path === undefined ? undefined : (value) => evaluateJsonPath(value, path).length > 0
  }
  const [, path = '', operator = '', single, double, boolean, number] = compared
  const wanted = single ?? double ?? (boolean === undefined ? Number(number) : boolean === 'true')
  return (value) => compare(evaluateJsonPath(value, path)[0], operator, wanted)
}

function compare(found: unknown, operator: string, wanted: string | number | boolean): boolean {
  if (operator === '==') return found === wanted
  if (operator === '!=') return found !== wanted
  if (typeof found !== typeof wanted || typeof found === 'boolean') return false
  const [a, b] = [found as string, wanted as string]
  if (operator === '<') return a < b
  if (operator === '>') return a > b
  return operator === '<=' ? a <= b : a >= b
}
