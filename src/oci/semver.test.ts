import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { isCode } from '#base'
import { parseConstraint, parseVersion, resolveSemver } from './semver.ts'

// Written by a program over Masterminds/semver 3.5.0: for every constraint the versions it allows, or its error.
const vectors = JSON.parse(readFileSync(new URL('./testdata/semver.json', import.meta.url), 'utf8')) as {
  versions: string[]
  constraints: Record<string, number[] | string>
  parse: Record<string, string>
}

test.each(Object.entries(vectors.constraints))(
  'the constraint %j allows what Masterminds allows',
  (text, wanted) => {
    if (typeof wanted === 'string') {
      expect(() => parseConstraint(text)).toThrow(wanted)
      return
    }
    const constraint = parseConstraint(text)
    const allowed = vectors.versions.filter((version) => constraint.allows(parseVersion(version)!))
    expect(allowed).toEqual(wanted.map((i) => vectors.versions[i]))
  },
)

test.each(Object.entries(vectors.parse))('the version %j reads as Masterminds reads it', (text, wanted) => {
  const version = parseVersion(text)
  // Numbers beyond 2^53 are refused, which no tag needs.
  if (wanted.startsWith('ERR') || text.startsWith('18446744073709551615')) expect(version).toBeUndefined()
  else
    expect([version?.version, ...(version?.build.length ? [version.build.join('.')] : [])].join('+')).toBe(
      wanted,
    )
})

test('resolveSemver() takes the highest version, skips other tags, and prefers the later text among equals', () => {
  const tags = ['latest', '1.0.0', 'v1.2.0', '1.2.0', '2.0.0-rc.1', '1.10.0', '1.11', 'x']
  expect(resolveSemver(tags, '>=1.0.0')).toBe('1.10.0')
  expect(resolveSemver(tags, '~1.2')).toBe('v1.2.0')
  expect(resolveSemver(tags, '>=1.0.0-0')).toBe('2.0.0-rc.1')
  expect(resolveSemver(['1.0.0-rc.1', '1.1.0-rc.2', '1.2.0'], '>=1.0.0-0', 'rc')).toBe('1.1.0-rc.2')
})

test('resolveSemver() names the range that is wrong, the filter that is wrong, and the range that matches nothing', () => {
  const code = (wanted: string) => expect.toSatisfy((error) => isCode(error, wanted))
  expect(() => resolveSemver([], 'not a range')).toThrow(
    `semver 'not a range' parse error: improper constraint: "not a range"`,
  )
  expect(() => resolveSemver(['1.0.0'], '>=99.0.0')).toThrow('no match found for semver: >=99.0.0')
  expect(() => resolveSemver(['1.0.0'], '*', '[')).toThrow('error parsing regexp: missing closing ]: `[`')
  expect(() => resolveSemver(['1.0.0'], '*', '(')).toThrow(code('FILTER_INVALID'))
})
