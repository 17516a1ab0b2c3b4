import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defaultClientConditions, defineConfig, loadEnv } from 'vite'
import { compressAssets } from './compress-assets.ts'
import { proxyTo } from './dev-proxy.ts'

const workspaceRoot = fileURLToPath(new URL('../..', import.meta.url))

export default defineConfig(({ mode }) => {
  // The process wins over .env; loadEnv sees to that.
  const env = loadEnv(mode, workspaceRoot, '')
  return {
    plugins: [react(), tailwindcss(), compressAssets()],
    envDir: workspaceRoot,
    resolve: { conditions: ['@assistant-ui-proxy/source', ...defaultClientConditions] },
    server: {
      // Empty is not set, as for the server.
      port: Number(env['WEB_PORT'] || 3000),
      strictPort: true,
      proxy: proxyTo(env['PORT'] || '8000'),
    },
    build: {
      target: 'es2023',
      rolldownOptions: {
        output: {
          codeSplitting: {
            // What changes seldom stays in the browser's cache when the page changes.
            groups: [
              { name: 'react', test: /node_modules\/(react|react-dom|scheduler)\// },
              {
                name: 'assistant-ui',
                test: /node_modules\/(@assistant-ui\/(core|react|store|tap)|assistant-stream)\//,
              },
            ],
          },
        },
      },
    },
  }
})
