import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

describe('paths that the documents name exist', () => {
  const documents = ['README.md', 'ARCHITECTURE.md', 'AGENTS.md', ...filesBelow('docs', '.md')]
  test.each(documents)('%s', (document) => {
    expect(missingPaths(read(document))).toEqual([])
  })

  test('the check finds a path that is not there', () => {
    expect(missingPaths('see `src/nowhere/x.ts` and [this](docs/nothing.md)')).toEqual([
      'src/nowhere/x.ts',
      'docs/nothing.md',
    ])
  })
})

describe('docs/errors.md', () => {
  const documented = [...read('docs/errors.md').matchAll(/^\| `([A-Z0-9_]+)` \|/gm)].map(
    (match) => match[1] ?? '',
  )
  const used = codesInSource()

  test('names every code of the source', () => {
    expect([...used].filter((code) => !documented.includes(code))).toEqual([])
  })
  test('names no code that the source does not have', () => {
    const words = filesBelow('src', '.ts').map(read).join('\n')
    expect(documented.filter((code) => !used.has(code) && !words.includes(`'${code}'`))).toEqual([])
  })
  test('is in the order of the codes', () => {
    expect(documented).toEqual([...documented].sort())
  })
})

test('AGENTS.md stays short', () => {
  expect(read('AGENTS.md').split('\n').length).toBeLessThanOrEqual(121)
})

test('every part of the source is explained in ARCHITECTURE.md', () => {
  const parts = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const text = read('ARCHITECTURE.md')
  for (const { name } of parts) expect(text, name).toMatch(new RegExp(`^\\| \`${name}\` \\|`, 'm'))
})

function missingPaths(text: string): string[] {
  const named = [
    ...[...text.matchAll(/`((?:src|docs|test|scripts|bin|config|examples|bench|\.ci)\/[\w./@-]*)`/g)].map(
      (match) => match[1] ?? '',
    ),
    ...[...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1] ?? ''),
  ]
  return named.filter(
    (path) =>
      !existsSync(join(root, path)) &&
      !existsSync(join(root, 'docs', path)) &&
      !existsSync(join(root, 'docs/commands', path)),
  )
}

// Written like codes, but they are names of environment variables and codes of others.
const noCodes = new Set([
  'KUBERNETES_SERVICE_HOST',
  'KUBERNETES_SERVICE_PORT',
  'RUNTIME_NAMESPACE',
  'KEY_NAME',
  'FLUX_NS_FOLLOWS_KUBE_CONTEXT',
  'FLUX_SYSTEM_NAMESPACE',
  'HTTPS_PROXY',
  'NO_PROXY',
  'NO_COLOR',
  'SLUICE_DEBUG',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_SOCKET',
])

function codesInSource(): Set<string> {
  const codes = new Set<string>()
  for (const file of filesBelow('src', '.ts')) {
    if (file.endsWith('.test.ts') || file.includes('.gen.') || file.startsWith('src/testing/')) continue
    const text = read(file)
    for (const [, code = ''] of text.matchAll(/'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'/g))
      if (!noCodes.has(code)) codes.add(code)
    for (const [, code = ''] of text.matchAll(/SluiceError\(\s*'([A-Z]+)'/g)) codes.add(code)
  }
  return codes
}

function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => `${folder}/${file.split(sep).join('/')}`)
    .filter((file) => file.endsWith(ending))
    .sort()
}
