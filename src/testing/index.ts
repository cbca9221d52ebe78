export type { FakeClock } from './clock.ts'
export { createFakeClock, settled } from './clock.ts'
export type { InProcess } from './in-process.ts'
export { startInProcess } from './in-process.ts'
