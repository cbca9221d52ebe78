// Writes what is generated from the source: config/crds (the CRDs) and docs/commands (the help of every command).
// With `--check` it writes nothing and fails when a file differs.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { root } from './install.mjs'
import { pickPlugin } from './pick-plugin.mjs'

// Some flags have the temporary folder as their default; the pages must not depend on the machine.
process.env.TMPDIR = '/tmp'

const { crds, commandPages, createProgram, formatYaml } = await loadSource()
const terminal = { name: 'sluice', print() {}, tell() {}, say() {}, env: {} }
const wanted = {
  'config/crds': new Map(crds.map((crd) => [`${crd.metadata.name}.yaml`, formatYaml(crd)])),
  'docs/commands': commandPages(createProgram(terminal)),
}
const check = process.argv.includes('--check')
const wrong = Object.entries(wanted).flatMap(([folder, files]) => differing(join(root, folder), files))
if (check)
  for (const file of wrong) console.error(`✗ ${file.slice(root.length + 1)} is not what the source says`)
if (check && wrong.length > 0) {
  console.error('✗ run: node scripts/generate.mjs')
  process.exit(1)
}

function differing(folder, files) {
  mkdirSync(folder, { recursive: true })
  const present = readdirSync(folder)
  const stale = present.filter((name) => !files.has(name))
  const changed = [...files].filter(
    ([name, text]) => !present.includes(name) || readFileSync(join(folder, name), 'utf8') !== text,
  )
  if (!check) {
    for (const name of stale) rmSync(join(folder, name))
    for (const [name, text] of changed) writeFileSync(join(folder, name), text)
  }
  return [...stale, ...changed.map(([name]) => name)].map((name) => join(folder, name))
}

// Bundled on the fly, because Node 20 does not read TypeScript.
async function loadSource() {
  const outfile = join(tmpdir(), `sluice-generate-${process.pid}.mjs`)
  const contents = `
    export { crds } from '#api'
    export { formatYaml } from '#base'
    export { commandPages } from './src/cli/pages.ts'
    export { createProgram } from './src/cli/program.ts'`
  try {
    await build({
      stdin: { contents, resolveDir: root, loader: 'ts' },
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      logLevel: 'warning',
      plugins: [pickPlugin(join(root, 'src'))],
      banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    })
    return await import(pathToFileURL(outfile).href)
  } finally {
    rmSync(outfile, { force: true })
  }
}
