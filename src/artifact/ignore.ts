import { FileTree } from '#base'
import { compileGlob, type Glob } from './glob.ts'

/** One line of an ignore file, with the folder that it was read in. */
export interface IgnorePattern {
  readonly include: boolean
  readonly foldersOnly: boolean
  /** Components; a pattern without "/" is tested against every component of a path. */
  readonly parts: readonly Part[]
  readonly anywhere: boolean
  readonly domain: readonly string[]
}

/** One component of a pattern: a glob, `**`, nothing (a leading or doubled `/`), or what never matches (`a**b`). */
type Part = Glob | 'any' | 'root' | 'never'

const vcs = ['.git/', '.gitignore', '.gitmodules', '.gitattributes']
const extensions = ['*.jpg', '*.jpeg', '*.gif', '*.png', '*.wmv', '*.flv', '*.tar.gz', '*.zip']
const ci = [
  '.github/',
  '.circleci/',
  '.travis.yml',
  '.gitlab-ci.yml',
  'appveyor.yml',
  '.drone.yml',
  'cloudbuild.yaml',
  'codeship-services.yml',
  'codeship-steps.yml',
]
const extra = ['**/.goreleaser.yml', '**/.sops.yaml', '**/.flux.yaml']

/** What `push artifact`, `build artifact` and `diff artifact` leave out unless told otherwise. */
export const defaultIgnorePaths: readonly string[] = [...vcs, ...extensions]

/** Reads lines in gitignore syntax. A `#` starts a comment in the first column only; blank lines are nothing. */
export function parseIgnore(lines: readonly string[], folder = '.'): IgnorePattern[] {
  const domain = folder === '.' ? [] : folder.split('/')
  return lines
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => !line.startsWith('#') && line.trim() !== '')
    .map((line) => parsePattern(line, domain))
}

/** Whether the last pattern that matches `path` excludes it, as go-git decides it (which differs from git below excluded folders). */
export function isIgnored(patterns: readonly IgnorePattern[], path: string, isFolder: boolean): boolean {
  const parts = path.split('/')
  const decisive = patterns.findLast((pattern) => matches(pattern, parts, isFolder))
  return decisive !== undefined && !decisive.include
}

/**
 * The tree without what the patterns exclude. An excluded folder is left out as an entry, but what is in it is still asked
 * about one by one, so that `!` can bring it back. The root always stays.
 */
export function withoutIgnored(tree: FileTree, patterns: readonly IgnorePattern[]): FileTree {
  const files = [...tree.files].filter(([path]) => !isIgnored(patterns, path, false))
  const folders = [...tree.directories].filter(([path]) => path === '.' || !isIgnored(patterns, path, true))
  return new FileTree(files, folders)
}

/**
 * The patterns of a source as the controllers decide them: version control always; the lists of file types, CI and tools
 * only when there is neither a `.sourceignore` nor `ignore`; then every `.sourceignore` for its own folder; `ignore` last.
 */
export function sourcePatterns(tree: FileTree, ignore?: string): IgnorePattern[] {
  const files = [...tree.files.keys()]
    .filter((path) => path === '.sourceignore' || path.endsWith('/.sourceignore'))
    .sort()
  const patterns = parseIgnore(vcs)
  if (files.length === 0 && ignore === undefined)
    patterns.push(...parseIgnore([...extensions, ...ci, ...extra]))
  for (const path of files) {
    const folder = path === '.sourceignore' ? '.' : path.slice(0, path.lastIndexOf('/'))
    patterns.push(...parseIgnore(tree.text(path).split('\n'), folder))
  }
  if (ignore !== undefined) patterns.push(...parseIgnore(ignore.split('\n')))
  return patterns
}

function parsePattern(line: string, domain: readonly string[]): IgnorePattern {
  const include = line.startsWith('!')
  let text = include ? line.slice(1) : line
  if (!text.endsWith('\\ ')) text = text.replace(/ +$/, '')
  const foldersOnly = text.endsWith('/')
  if (foldersOnly) text = text.slice(0, -1)
  const names = text.split('/')
  const anywhere = names.length === 1
  return { include, foldersOnly, parts: anywhere ? [compileGlob(text)] : names.map(partOf), anywhere, domain }
}

function partOf(text: string): Part {
  if (text === '') return 'root'
  if (text === '**') return 'any'
  return text.includes('**') ? 'never' : compileGlob(text)
}

function matches(pattern: IgnorePattern, path: readonly string[], isFolder: boolean): boolean {
  const { domain, anywhere, foldersOnly } = pattern
  if (path.length <= domain.length || domain.some((name, i) => path[i] !== name)) return false
  const below = path.slice(domain.length)
  if (!anywhere) return matchesPath(pattern, below, isFolder)
  const [glob] = pattern.parts
  const found = below.findIndex((name) => typeof glob === 'function' && glob(name))
  if (found < 0) return false
  return !(foldersOnly && !isFolder && found === below.length - 1)
}

function matchesPath(pattern: IgnorePattern, path: readonly string[], isFolder: boolean): boolean {
  let rest = path
  let matched = false
  let skipping = false
  for (const [i, part] of pattern.parts.entries()) {
    if (part === 'root') continue
    if (part === 'any') {
      if (i === pattern.parts.length - 1) break
      skipping = true
      continue
    }
    if (part === 'never' || rest.length === 0) return false
    const at = skipping ? rest.findIndex((name) => part(name)) : part(rest[0] ?? '') ? 0 : -1
    if (at < 0) return false
    skipping = false
    matched = true
    rest = rest.slice(at + 1)
  }
  return matched && !(pattern.foldersOnly && !isFolder && rest.length === 0)
}
