// `npm run check`: types, lint, format, architecture, docs, generated files. Everything but the tests, in seconds.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { installWhatIsMissing, root } from './install.mjs'

installWhatIsMissing()
const bin = (name) => join(root, 'node_modules', '.bin', name)
const vitest = [bin('vitest'), 'run', '--project', 'checks']
const steps = {
  types: [bin('tsc'), '-p', '.'],
  lint: [bin('oxlint'), '--type-aware', '--quiet'],
  format: [bin('biome'), 'check', '--error-on-warnings', '.'],
  generated: [process.execPath, join(root, 'scripts', 'generate.mjs'), '--check'],
  'architecture and docs': vitest,
}
const failed = []
for (const [name, [command, ...args]] of Object.entries(steps)) {
  const started = Date.now()
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  console.log(`${status === 0 ? '✔' : '✗'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`)
  if (status !== 0) failed.push(name)
}
if (failed.length > 0) {
  console.error(`✗ check failed: ${failed.join(', ')}`)
  process.exit(1)
}
