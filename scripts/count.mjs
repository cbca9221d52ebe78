// Adds up the test runner's reports and ends with the line that the gate's reader looks for:
// `node scripts/count.mjs FAILED_STEPS REPORT...`. Exits 1 when anything failed or no test ran.
import { existsSync, readFileSync } from 'node:fs'

const [failedSteps = '0', ...reports] = process.argv.slice(2)
let passed = 0
let failed = 0
let skipped = 0
for (const file of reports) {
  if (!existsSync(file)) {
    console.log(`no report: ${file}`)
    failed += 1
    continue
  }
  const report = JSON.parse(readFileSync(file, 'utf8'))
  passed += report.numPassedTests
  // A suite that broke before its tests has none to count.
  const broken = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  )
  failed += report.numFailedTests + broken.length
  skipped += report.numPendingTests + report.numTodoTests
}
// A failed step whose tests all passed (the check, the demo) must show in the counts as well.
if (failed === 0) failed = Number(failedSteps)
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exit(failed > 0 || Number(failedSteps) > 0 || passed === 0 ? 1 : 0)
