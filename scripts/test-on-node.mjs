// Runs the unit suites on another Node: `node scripts/test-on-node.mjs 22` (or 24). The binary comes from the npm package
// that carries it for this platform, and is kept in the cache folder.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { installWhatIsMissing, root, run } from './install.mjs'

// Exact, so that a red run means our change and not a new Node.
const versions = { 22: '22.23.3', 24: '24.21.0' }
const [wanted = '22', ...args] = process.argv.slice(2)
const version = versions[wanted]
if (!version) {
  console.error(`✗ Cannot test on Node ${wanted}: wanted one of ${Object.keys(versions).join(', ')}`)
  process.exit(1)
}
installWhatIsMissing()
const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
const folder = join(cache, 'sluice', `node-${version}`)
const name = `node-${process.platform}-${process.arch}`
const binary = join(folder, 'node_modules', name, 'bin', 'node')
if (!existsSync(binary)) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n')
  console.error(`► fetching Node ${version}`)
  run(
    'npm',
    [
      'install',
      '--no-audit',
      '--no-fund',
      '--no-save',
      '--loglevel=error',
      '--engine-strict=false',
      `${name}@${version}`,
    ],
    {
      cwd: folder,
      stdio: ['ignore', 2, 2],
    },
  )
}
run(binary, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--project', 'unit', ...args])
