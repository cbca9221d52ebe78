import { defineConfig } from 'vitest/config'

/** `unit` stands beside the code and needs nothing; `checks` reads the repository; `journeys` may start real programs. */
export default defineConfig({
  test: {
    pool: 'threads',
    isolate: false,
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'unit', include: ['src/**/*.test.ts'], testTimeout: 10_000 } },
      { extends: true, test: { name: 'checks', include: ['test/checks/**/*.test.ts'], testTimeout: 60_000 } },
      {
        extends: true,
        test: {
          name: 'journeys',
          include: ['test/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
