// Bundles the command line into dist/: one small entry, the rest in chunks that load when a command needs them.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { pickPlugin } from './pick-plugin.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
// Built beside its place and then moved there, so that a command that runs meanwhile never sees half of it.
const fresh = join(root, `.dist-${process.pid}.tmp`)
const target = join(root, 'dist')

mkdirSync(fresh, { recursive: true })
await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/cli/main.ts' },
  outdir: fresh,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [pickPlugin(join(root, 'src'))],
  // Some dependencies are CommonJS and call require at run time.
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
})
writeFileSync(join(fresh, 'package.json'), '{"type":"module"}\n')
const old = join(root, `.dist-old-${process.pid}.tmp`)
try {
  renameSync(target, old)
} catch (error) {
  if (error.code !== 'ENOENT') throw error
}
renameSync(fresh, target)
rmSync(old, { recursive: true, force: true })
