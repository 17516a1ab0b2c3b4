import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'

export interface Surroundings {
  readonly port: number
  readonly mockUrl: string
  /** For what a contender stores. */
  readonly folder: string
}

export interface Contender {
  readonly name: string
  readonly title: string
  /** How its answer says text. */
  readonly form: 'openai' | 'ui-message-stream'
  readonly path: string
  readonly body: (prompt: string) => object
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

const here = (file: string) => () => ({ args: [join(import.meta.dirname, file)] })

const serverFolder = resolve(import.meta.dirname, '../../../server')

export const contenders: readonly Contender[] = [
  { ...openAi, name: 'direct', title: 'direct, no proxy' },
  { ...openAi, name: 'node-pipe', title: '`node:http` pipe', command: here('node-pipe.ts') },
  {
    ...openAi,
    name: 'express-pipe',
    title: 'Express, undici pipe',
    command: here('express-pipe.ts'),
  },
  {
    name: 'ai-sdk',
    title: 'Express, AI SDK `streamText`',
    form: 'ui-message-stream',
    path: '/api/chat',
    body: (prompt) => ({
      messages: [{ id: 'm', role: 'user', parts: [{ type: 'text', text: prompt }] }],
    }),
    command: here('ai-sdk.ts'),
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
    // Every chat is a thread of its own, stored.
    body: (prompt) => ({ id: randomUUID(), messages: [{ role: 'user', content: prompt }] }),
    command: ({ mockUrl, folder }) => ({
      args: ['--conditions=@assistant-ui-proxy/source', join(serverFolder, 'src/main.ts')],
      env: {
        ENVIRONMENT: 'production',
        HOST: '127.0.0.1',
        UPSTREAM: 'openai-compatible',
        OPENAI_BASE_URL: `${mockUrl}/v1`,
        DATABASE_URL: `sqlite:${join(folder, 'threads.db')}`,
      },
    }),
  },
]

export function contenderNamed(name: string): Contender {
  const found = contenders.find((contender) => contender.name === name)
  if (found === undefined) throw new RangeError(`there is no contender ${name}`)
  return found
}
