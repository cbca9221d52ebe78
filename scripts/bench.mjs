// Runs a benchmark: `node scripts/bench.mjs deliver 100` bundles bench/deliver.ts and runs it with the arguments given.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { installWhatIsMissing, root, run } from './install.mjs'

const [name = 'deliver', ...args] = process.argv.slice(2)
installWhatIsMissing()
const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'))
const bundle = join(folder, `${name}.mjs`)
await build({
  absWorkingDir: root,
  entryPoints: [`bench/${name}.ts`],
  outfile: bundle,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
})
run(process.execPath, [bundle, ...args])
rmSync(folder, { recursive: true, force: true })
