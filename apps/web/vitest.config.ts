import { defaultClientConditions, defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['@assistant-ui-proxy/source', ...defaultClientConditions] },
  ssr: { resolve: { conditions: ['@assistant-ui-proxy/source', ...defaultServerConditions] } },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
})
