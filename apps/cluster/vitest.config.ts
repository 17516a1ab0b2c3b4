import { defineConfig } from 'vitest/config'

const conditions = ['@assistant-ui-proxy/source']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { include: ['src/**/*.test.ts'], testTimeout: 120_000 },
})
