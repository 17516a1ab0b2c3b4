import { defineConfig } from 'vitest/config'

const conditions = ['@assistant-ui-proxy/source']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  // Most of them wait for a network, not for a core.
  test: {
    include: ['src/**/*.test.ts'],
    maxWorkers: 3,
    // What most of them take is far less; slow machines, with three at a time, take this much.
    testTimeout: 20_000,
    hookTimeout: 30_000,
    globalSetup: ['src/tests/postgres-setup.ts', 'src/tests/redis-setup.ts'],
  },
})
