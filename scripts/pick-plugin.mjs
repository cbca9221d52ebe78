// An esbuild plugin. esbuild moves a whole index.ts into whatever chunk imports a single name of it; this makes every
// import of a part reach only the files that the named exports live in, so that a command loads what it uses.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const staticImport = /\b(import|export)\s+\{([^}]*)\}\s+from\s+'#([a-z]+)'/g
const lazyImport = /(\{[^{}=;]*\})(\s*=\s*await import\()'#([a-z]+)'/g

export function pickPlugin(source) {
  return {
    name: 'pick',
    setup(build) {
      build.onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => ({
        contents: withPicks(readFileSync(path, 'utf8')),
        loader: 'ts',
      }))
      build.onResolve({ filter: /^pick:/ }, ({ path }) => ({ path, namespace: 'pick', sideEffects: false }))
      build.onLoad({ filter: /.*/, namespace: 'pick' }, ({ path }) => {
        const [part, names] = path.slice('pick:'.length).split('?')
        const index = join(source, part, 'index.ts')
        const homes = exportsOf(index)
        // What index.ts does not simply pass on, esbuild finds there or misses there.
        const lines = names
          .split(',')
          .map((name) => `export { ${name} } from ${JSON.stringify(homes.get(name) ?? index)}`)
        return { contents: lines.join('\n'), resolveDir: dirname(index), loader: 'ts' }
      })
    },
  }
}

function withPicks(text) {
  return text
    .replace(staticImport, (whole, keyword, list, part) => {
      const names = namesIn(list)
      return names.length === 0 ? '' : `${keyword} {${list}} from 'pick:${part}?${names.join(',')}'`
    })
    .replace(lazyImport, (whole, list, middle, part) => {
      return `${list}${middle}'pick:${part}?${namesIn(list.slice(1, -1).replace(/:/g, ' as ')).join(',')}'`
    })
}

/** The imported names of `a, b as c, type D`, without types. */
function namesIn(list) {
  return list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '' && !entry.startsWith('type '))
    .map((entry) => entry.split(/\s+as\s+/)[0].trim())
    .sort()
}

function exportsOf(index) {
  const homes = new Map()
  for (const [, list, file] of readFileSync(index, 'utf8').matchAll(/export \{([^}]*)\} from '([^']+)'/g))
    for (const entry of list.split(',')) {
      const name = entry
        .trim()
        .split(/\s+as\s+/)
        .at(-1)
      if (name && !entry.includes('type ')) homes.set(name, join(dirname(index), file))
    }
  return homes
}
