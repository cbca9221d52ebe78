import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FileTree, isCode, messageOf, parseYamlAll } from '#base'
import { buildKustomization, formatBuild } from '#render'
import { describeWithPeers, peer } from './support/peers.ts'

const root = join(import.meta.dirname, '..')
const corpus = join(root, '..', 'shared', 'corpus')

interface Case {
  path: string
  expected?: string
  error?: string
  rc: number
}

describeWithPeers('folders build as the real kustomize builds them', ['kustomize'], () => {
  const folders = [
    'examples/demo/base',
    'examples/demo/overlays/staging',
    'examples/demo/overlays/production',
  ]
  test.each(folders)('%s', (folder) =>
    expectSameAsReal(join(root, 'examples/demo'), folder.slice('examples/demo/'.length)),
  )

  test.runIf(existsSync(corpus))('the sample application of the corpus', () =>
    expectSameAsReal(join(corpus, 'app/kustomize'), '.'),
  )
})

describe.runIf(existsSync(corpus))('real overlays with the recorded output of kustomize 5.8.1', () => {
  const overlays = join(corpus, 'overlays')
  const cases = (existsSync(overlays) ? readdirSync(overlays) : []).flatMap((name) => {
    const list = join(overlays, name, 'cases.json')
    return existsSync(list)
      ? (JSON.parse(readFileSync(list, 'utf8')) as Case[]).map((one) => ({ name, ...one }))
      : []
  })

  test('build to equal objects in the same order, and to the same bytes', () => {
    const trees = new Map<string, FileTree>()
    const results = cases.map(({ name, path, expected, rc }) => {
      const tree = trees.get(name) ?? readTree(join(overlays, name, 'tree'))
      trees.set(name, tree)
      return compare(
        tree,
        path,
        rc === 0 && expected ? readFileSync(join(overlays, name, expected), 'utf8') : undefined,
      )
    })
    const count = (verdict: (result: Result) => boolean): number => results.filter(verdict).length
    const differing = results.flatMap(({ equal, problem }, index) =>
      equal ? [] : [`${cases[index]?.name} ${cases[index]?.path}: ${problem}`],
    )
    const equal = count((result) => result.equal)
    const bytes = count((result) => result.bytes)
    console.info([`${equal} of ${cases.length} equal, ${bytes} byte-equal`, ...differing].join('\n  '))
    expect(cases.length).toBeGreaterThanOrEqual(82)
    expect(cases.length - equal).toBe(0)
    expect(cases.length - bytes).toBe(0)
  })
})

interface Result {
  equal: boolean
  bytes: boolean
  problem?: string
}

/** Compares a build with what kustomize printed; undefined when kustomize failed, as the build must then too. */
function compare(tree: FileTree, path: string, expected: string | undefined): Result {
  try {
    const objects = buildKustomization(tree, path, { order: 'legacy', generate: false })
    if (expected === undefined) return { equal: false, bytes: false, problem: 'kustomize refuses it' }
    const wanted = parseYamlAll(expected).filter((document) => document !== null)
    return {
      equal: JSON.stringify(sorted(objects)) === JSON.stringify(sorted(wanted)),
      bytes: formatBuild(objects) === expected,
      problem: 'the objects differ',
    }
  } catch (error) {
    const hasCode = isCode(error, (error as { code?: string }).code ?? '')
    const fails = expected === undefined && hasCode
    return { equal: fails, bytes: fails, problem: messageOf(error) }
  }
}

function expectSameAsReal(folder: string, path: string): void {
  const expected = execFileSync(peer('kustomize'), ['build', join(folder, path)], { encoding: 'utf8' })
  expect(formatBuild(buildKustomization(readTree(folder), path, { order: 'legacy' }))).toBe(expected)
}

function readTree(folder: string): FileTree {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  return new FileTree(
    entries.map((entry) => {
      const file = join(entry.parentPath, entry.name)
      return [relative(folder, file), { mode: 0o644, data: readFileSync(file) }]
    }),
  )
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  )
}
