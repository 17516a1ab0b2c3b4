import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'

interface Surroundings {
  readonly port: number
  readonly mockUrl: string
  /** For what a contender stores. */
  readonly folder: string
}

export interface Contender {
  readonly name: string
  /** As Markdown. */
  readonly title: string
  /** How its answer says text. */
  readonly form: 'openai' | 'ui-message-stream'
  readonly path: string
  /** @param thread a new thread's id, for one that keeps threads */
  readonly body: (prompt: string, thread: string | undefined) => object
  readonly headers?: (mockUrl: string) => Record<string, string>
  /** Arguments of Node and variables. Without it, the mock itself is asked. */
  readonly command?: (surroundings: Surroundings) => {
    readonly args: readonly string[]
    readonly env?: Record<string, string>
  }
}

const openAi = {
  form: 'openai',
  path: '/v1/chat/completions',
  body: (prompt: string) => ({
    model: 'mock',
    messages: [{ role: 'user', content: prompt }],
    stream: true,
    stream_options: { include_usage: true },
  }),
} as const

const script =
  (file: string) =>
  ({ mockUrl }: Surroundings) => ({
    args: [join(import.meta.dirname, file)],
    env: { MOCK_URL: mockUrl },
  })

const serverFolder = resolve(import.meta.dirname, '../../../server')

/** In the order of the report. */
export const contenders: readonly Contender[] = [
  { ...openAi, name: 'direct', title: 'no proxy' },
  { ...openAi, name: 'node-pipe', title: '`node:http` pipe', command: script('node-pipe.ts') },
  {
    ...openAi,
    name: 'express-pipe',
    title: 'Express, undici pipe',
    command: script('express-pipe.ts'),
  },
  {
    name: 'ai-sdk',
    title: 'Express, AI SDK `streamText`',
    form: 'ui-message-stream',
    path: '/api/chat',
    body: (prompt) => ({
      messages: [{ id: 'm', role: 'user', parts: [{ type: 'text', text: prompt }] }],
    }),
    command: script('ai-sdk.ts'),
  },
  {
    ...openAi,
    name: 'portkey',
    title: 'Portkey gateway',
    headers: (mockUrl) => ({
      authorization: 'Bearer none',
      'x-portkey-provider': 'openai',
      'x-portkey-custom-host': `${mockUrl}/v1`,
    }),
    command: ({ port }) => ({
      args: [
        createRequire(import.meta.url).resolve('@portkey-ai/gateway/build/start-server.js'),
        `--port=${port}`,
        '--headless',
      ],
    }),
  },
  {
    name: 'assistant-ui-proxy',
    title: '**assistant-ui-proxy**',
    form: 'ui-message-stream',
    path: '/api/chat',
    body: (prompt, thread) => ({
      ...(thread !== undefined && { id: thread }),
      messages: [{ role: 'user', content: prompt }],
    }),
    // As `pnpm start` runs it, with what production has by default: storage, logs, deadlines.
    command: ({ mockUrl, folder }) => ({
      args: ['--max-semi-space-size=8', join(serverFolder, 'dist/main.js')],
      env: {
        ENVIRONMENT: 'production',
        AUTH_OPEN_IN_PRODUCTION: 'yes',
        HOST: '127.0.0.1',
        UPSTREAM: 'openai-compatible',
        OPENAI_BASE_URL: `${mockUrl}/v1`,
        DATABASE_URL: `sqlite:${join(folder, 'threads.db')}`,
      },
    }),
  },
]
