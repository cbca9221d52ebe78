// `npm test`: installs what is missing, fetches the real programs that some tests stand on, builds, and runs every test.
// Arguments go to the test runner: `npm test -- src/oci` runs one part.
import { join } from 'node:path'
import { installWhatIsMissing, root, run } from './install.mjs'

installWhatIsMissing()
run('bash', [join(root, 'scripts', 'peers.sh')], { stdio: ['ignore', 'ignore', 'inherit'] })
run(process.execPath, [join(root, 'scripts', 'build.mjs')])
run(process.execPath, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...process.argv.slice(2)])
