import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { treeOf } from '#base'
import { defaultIgnorePaths, isIgnored, parseIgnore, sourcePatterns, withoutIgnored } from './ignore.ts'

// Written by a program over fluxcd/pkg/sourceignore 0.15 (go-git 5.16): for every pattern the paths it excludes.
const vectors = JSON.parse(readFileSync(new URL('./testdata/ignore.json', import.meta.url), 'utf8')) as {
  paths: string[]
  patterns: Record<string, string[]>
  domain: Record<string, string[]>
}

function excluded(lines: string, paths: string[], folder = '.'): string[] {
  const patterns = parseIgnore(lines.split('\n'), folder)
  return paths.filter((path) => isIgnored(patterns, path.replace(/\/$/, ''), path.endsWith('/')))
}

test.each(Object.entries(vectors.patterns))(
  'the pattern %j excludes what go-git excludes',
  (lines, wanted) => {
    expect(excluded(lines, vectors.paths)).toEqual(wanted)
  },
)

test.each(Object.entries(vectors.domain))(
  'the pattern %j of a folder applies inside that folder only',
  (lines, wanted) => {
    const paths = [
      'x.png',
      'sub/x.png',
      'a',
      'sub/a',
      'sub/a/b',
      'sub/c/a/b',
      'y',
      'sub/y',
      'sub/b/',
      'sub/b/q',
      'sub',
    ]
    expect(excluded(lines, paths, 'sub')).toEqual(wanted)
  },
)

test('withoutIgnored() leaves out an excluded folder but asks about what is in it', () => {
  const tree = treeOf({
    'deploy/a.yaml': '',
    'deploy/b.yaml': '',
    'pic.png': '',
    '.git/HEAD': '',
    'x.yaml': '',
  })
  const kept = withoutIgnored(tree, parseIgnore(['deploy', '!deploy/a.yaml', ...defaultIgnorePaths]))
  expect([...kept.files.keys()]).toEqual(['deploy/a.yaml', 'x.yaml'])
})

test('sourcePatterns() uses the default lists only when nobody says what to ignore', () => {
  const files = {
    'a.png': '',
    '.github/w.yml': '',
    '.git/HEAD': '',
    'x.yaml': '',
    'sub/x.yaml': '',
    'sub/.flux.yaml': '',
  }
  const kept = (extra: Record<string, string>, ignore?: string) => {
    const tree = treeOf({ ...files, ...extra })
    return [...withoutIgnored(tree, sourcePatterns(tree, ignore)).files.keys()]
  }
  expect(kept({})).toEqual(['x.yaml', 'sub/x.yaml'])
  expect(kept({}, '')).toEqual(['a.png', '.github/w.yml', 'x.yaml', 'sub/x.yaml', 'sub/.flux.yaml'])
  expect(kept({ 'sub/.sourceignore': '/x.yaml\n' })).toEqual([
    'a.png',
    '.github/w.yml',
    'x.yaml',
    'sub/.flux.yaml',
    'sub/.sourceignore',
  ])
  expect(kept({ '.sourceignore': '*.yaml\n' }, '!x.yaml')).toEqual([
    'a.png',
    '.github/w.yml',
    'x.yaml',
    'sub/x.yaml',
    '.sourceignore',
  ])
})
