import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative, sep } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const source = join(root, 'src')
const outside = new Set([
  'child_process',
  'cluster',
  'dgram',
  'dns',
  'dns/promises',
  'fs',
  'fs/promises',
  'http',
  'http2',
  'https',
  'net',
  'os',
  'readline',
  'readline/promises',
  'tls',
  'worker_threads',
])
const mayReachOut = /^(cli|git)\/|(^|\/)(disk|layout|dial|listen|exec)(\.[a-z-]+)?\.ts$|\.test\.ts$/

const arrows = readArrows()
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .map((file) => file.split(sep).join('/'))
  .filter((file) => /\.tsx?$/.test(file))
  .sort()

describe('the arrows of ARCHITECTURE.md', () => {
  test('every part is drawn', () => {
    const parts = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    for (const { name } of parts) expect([...arrows.keys()], `src/${name} has no line`).toContain(name)
  })

  test('a part names only parts above it', () => {
    const seen = new Set<string>()
    for (const [part, allowed] of arrows) {
      for (const name of allowed) expect([...seen], `${part} → ${name}`).toContain(name)
      seen.add(part)
    }
  })

  test.each(files)('%s keeps to them', (file) => {
    expect(brokenImports(file, readFileSync(join(source, file), 'utf8'))).toEqual([])
  })
})

describe('the check itself', () => {
  test('finds an import against the arrows', () => {
    expect(brokenImports('oci/x.ts', "import { openCluster } from '#kube'")).toEqual([
      'oci may not import #kube',
    ])
  })
  test('finds a path out of a part', () => {
    expect(brokenImports('kube/x.ts', "import { x } from '../base/error.ts'")).toEqual([
      '../base/error.ts leaves kube',
    ])
  })
  test('finds a module that reaches outside in a file not named for it', () => {
    expect(brokenImports('oci/x.ts', "import { readFileSync } from 'node:fs'")).toEqual([
      'node:fs belongs in disk.ts, layout.ts, dial.ts, listen.ts or exec.ts',
    ])
  })
  test('finds a dynamic import too', () => {
    expect(brokenImports('base/x.ts', "const a = await import('node:net')")).toHaveLength(1)
  })
})

function brokenImports(file: string, text: string): string[] {
  const part = file.split('/')[0] ?? ''
  const isTest = file.endsWith('.test.ts')
  return importsOf(text).flatMap((spec) => {
    if (spec.startsWith('#')) {
      const name = spec.slice(1)
      const allowed = isTest ? ['testing', ...(arrows.get(part) ?? [])] : (arrows.get(part) ?? [])
      return allowed.includes(name) ? [] : [`${part} may not import ${spec}`]
    }
    if (spec.startsWith('.')) {
      const target = relative(source, normalize(join(source, dirname(file), spec)))
      return target.split(sep)[0] === part || isTest ? [] : [`${spec} leaves ${part}`]
    }
    const reaches = outside.has(spec.replace(/^node:/, ''))
    return reaches && !mayReachOut.test(file)
      ? [`${spec} belongs in disk.ts, layout.ts, dial.ts, listen.ts or exec.ts`]
      : []
  })
}

function importsOf(text: string): string[] {
  const specs =
    /(?:^|\n)\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s*)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g
  return [...text.matchAll(specs)].map((match) => match[1] ?? match[2] ?? '')
}

function readArrows(): Map<string, string[]> {
  const block =
    /```arrows\n([\s\S]*?)```/.exec(readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8'))?.[1] ?? ''
  return new Map(
    block
      .trim()
      .split('\n')
      .map((line) => {
        const [part = '', list = ''] = line.split('→')
        return [part.trim(), list.trim().split(/\s+/).filter(Boolean)]
      }),
  )
}
