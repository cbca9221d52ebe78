import { describe, expect, test } from 'vitest'
import { isCode } from './error.ts'
import { formatYaml, parseYaml, parseYamlAll } from './yaml.ts'

const kubectl = (text: string): unknown => parseYaml(text)
const kustomize = (text: string): unknown => parseYaml(text, { dialect: 'kustomize' })

describe('parseYaml()', () => {
  test.each([
    ['yes', true, 'yes'],
    ['on', true, 'on'],
    ['y', true, 'y'],
    ['No', false, 'No'],
    ['true', true, true],
    ['~', null, null],
    ['0755', 493, 493],
    ['0o17', 15, 15],
    ['0x1F', 31, 31],
    ['1_000', 1000, 1000],
    ['1e3', 1000, 1000],
    ['12345e6', 12345e6, 12345e6],
    ['1e500', '1e500', '1e500'],
    ['1:30', '1:30', '1:30'],
    ['2026-11-23', '2026-11-23', '2026-11-23T00:00:00Z'],
    ['2026-11-31', '2026-11-31', '2026-11-31'],
    ['"yes"', 'yes', 'yes'],
    ['-.5', -0.5, -0.5],
    ['+1', 1, 1],
    ['1.2.3', '1.2.3', '1.2.3'],
    ['!custom text', 'text', 'text'],
  ])('reads %s as kubectl and kustomize do', (text, asKubectl, asKustomize) => {
    expect(kubectl(`a: ${text}`)).toEqual({ a: asKubectl })
    expect(kustomize(`a: ${text}`)).toEqual({ a: asKustomize })
  })

  test('takes the last of duplicate keys for kubectl and refuses them for kustomize', () => {
    expect(kubectl('a: 1\na: 2')).toEqual({ a: 2 })
    expect(() => kustomize('a: 1\na: 2')).toThrow(/duplicated mapping key/)
  })

  test('names file, line and column of what it cannot read', () => {
    const read = (): unknown => parseYamlAll('a: 1\nb: [1, 2\nc: 3', { file: 'deploy/app.yaml' })
    expect(read).toThrow(/^Cannot read deploy\/app\.yaml:3:\d+: /)
    try {
      read()
    } catch (error) {
      expect(isCode(error, 'YAML_INVALID') && error.details).toMatchObject({
        file: 'deploy/app.yaml',
        line: 3,
      })
    }
  })

  test('reads several documents, empty ones as null', () => {
    expect(parseYamlAll('a: 1\n---\n---\nb: 2\n')).toEqual([{ a: 1 }, null, { b: 2 }])
  })

  test('refuses an alias bomb instead of writing it out', () => {
    const layers = Array.from(
      { length: 12 },
      (_, i) =>
        `l${i}: &l${i} [${Array.from({ length: 9 }, () => (i === 0 ? 'x' : `*l${i - 1}`)).join(', ')}]`,
    )
    expect(() => parseYaml(layers.join('\n'))).toThrow(/nodes after aliases/)
  })

  test('refuses documents nested too deeply', () => {
    expect(() => parseYaml(`${'['.repeat(2000)}${']'.repeat(2000)}`)).toThrow(/Cannot read YAML/)
  })

  test('turns a boolean key into its text, as kubectl does', () => {
    expect(kubectl('on: push')).toEqual({ true: 'push' })
    expect(kustomize('on: push')).toEqual({ on: 'push' })
  })

  test('keeps a key named __proto__ as data', () => {
    const value = kubectl('__proto__: {polluted: true}') as Record<string, unknown>
    expect(Object.keys(value)).toEqual(['__proto__'])
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  test('expands merge keys', () => {
    expect(kubectl('base: &b {x: 1}\nuse:\n  <<: *b\n  z: 2')).toEqual({
      base: { x: 1 },
      use: { x: 1, z: 2 },
    })
  })
})

describe('formatYaml()', () => {
  test('writes as Go does: sorted keys, dashes in the parent column, literal blocks, quotes only where needed', () => {
    const value = {
      b: ['x', { c: 1 }],
      a: 'true',
      text: 'one\ntwo\n',
      odd: 'a: b',
      num: '1_000',
      date: '2026-01-02',
      empty: {},
      none: [],
    }
    expect(formatYaml(value)).toBe(
      [
        'a: "true"',
        'b:',
        '- x',
        '- c: 1',
        'date: "2026-01-02"',
        'empty: {}',
        'none: []',
        'num: "1_000"',
        "odd: 'a: b'",
        'text: |',
        '  one',
        '  two',
        '',
      ].join('\n'),
    )
  })

  test('gives back what parseYaml() read, whatever the string', () => {
    const awkward = [
      'yes',
      '1e3',
      '~',
      '',
      ' lead',
      'trail ',
      '#x',
      '- x',
      'a\nb',
      '"',
      "'",
      '\t',
      '0x1',
      '!tag',
      '*a',
      '&a',
      '%',
      '@',
      '`',
      '{',
      '[',
      '|',
      '>',
      '?',
      ':',
      ',',
      'null',
      '.5',
      '=',
      '<<',
    ]
    for (const text of awkward) expect(parseYaml(formatYaml({ text }))).toEqual({ text })
  })
})
