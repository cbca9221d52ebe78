// `npm run demo`: installs what is missing, builds, and runs `sluice demo` with the arguments given.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { installWhatIsMissing, root, run } from './install.mjs'

installWhatIsMissing()
run(process.execPath, [join(root, 'scripts', 'build.mjs')])
const demo = spawn(process.execPath, [join(root, 'bin', 'sluice'), 'demo', ...process.argv.slice(2)], {
  stdio: 'inherit',
})
// The terminal sends Ctrl-C to both; the demo stops by itself and its exit code is ours.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => demo.kill(signal))
demo.on('exit', (code) => process.exit(code ?? 1))
