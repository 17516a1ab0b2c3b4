import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createConfig, StartError } from './config.ts'
import { describeDatabase } from './database-config.ts'
import { workspaceRoot } from './env.ts'

describe('createConfig', () => {
  it('needs nothing', () => {
    expect(createConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 8000,
      environment: 'development',
      corsOrigins: ['http://localhost:3000', 'http://127.0.0.1:3000'],
      knownUrls: ['http://localhost:3000', 'http://127.0.0.1:3000'],
      database: { driver: 'sqlite', path: resolve(workspaceRoot, 'data/assistant-ui-proxy.db') },
      upstreams: [{ name: 'auto', kind: 'auto' }],
      logLevel: 'info',
    })
  })

  it('selects the remote upstream where a base URL is set, unless UPSTREAM says demo', () => {
    const env = { ASSISTANT_UI_BASE_URL: 'http://127.0.0.1:9000/' }
    const remote = { name: 'remote', kind: 'remote', baseUrl: 'http://127.0.0.1:9000' }
    expect(createConfig(env).upstreams[0]).toEqual(remote)
    expect(createConfig({ ...env, UPSTREAM: 'remote' }).upstreams[0]).toEqual(remote)
    expect(createConfig({ ...env, UPSTREAM: 'demo' }).upstreams[0]?.kind).toBe('demo')
  })

  it('selects a server of chat completions where its URL or key is set', () => {
    const env = { OPENAI_BASE_URL: 'http://127.0.0.1:9000/v1/' }
    const baseUrl = 'http://127.0.0.1:9000/v1'
    expect(createConfig(env).upstreams[0]).toMatchObject({ name: 'openai-compatible', baseUrl })
    expect(createConfig({ OPENAI_API_KEY: 'sk', OPENAI_MODEL: 'm' }).upstreams[0]).toEqual({
      name: 'openai-compatible',
      kind: 'openai-compatible',
      baseUrl: 'https://api.openai.com/v1',
      apiKey: 'sk',
      model: 'm',
    })
    const both = { ...env, ASSISTANT_UI_BASE_URL: 'http://127.0.0.1:1' }
    expect(createConfig(both).upstreams[0]?.name).toBe('remote')
  })

  it('keeps threads in Assistant Cloud where there is a key for it, and has its assistant answer', () => {
    const cloud = { ASSISTANT_UI_BASE_URL: 'http://127.0.0.1:1', ASSISTANT_UI_API_KEY: 'sk' }
    expect(createConfig(cloud)).toMatchObject({
      cloudThreads: { name: 'assistant-cloud', baseUrl: 'http://127.0.0.1:1', apiKey: 'sk' },
      upstreams: [{ name: 'auto' }],
    })
    const both = createConfig({ ...cloud, DATABASE_URL: 'sqlite:x.db' })
    expect(both.cloudThreads).toBeUndefined()
    const hosted = createConfig({ ...cloud, ASSISTANT_UI_ASSISTANT_ID: 'asst' })
    expect(hosted.upstreams[0]).toMatchObject({ name: 'assistant-cloud', assistantId: 'asst' })
    const { message } = catchStartError(() => createConfig({ UPSTREAM: 'assistant-cloud' }))
    expect(message).toContain('ASSISTANT_UI_ASSISTANT_ID: must be set')
  })

  it('keeps threads in another server of this kind where it is told so', () => {
    const remote = { THREADS: 'remote', ASSISTANT_UI_BASE_URL: 'http://127.0.0.1:1' }
    const cloudThreads = { name: 'remote', baseUrl: 'http://127.0.0.1:1' }
    expect(createConfig(remote)).toMatchObject({ cloudThreads, upstreams: [{ name: 'remote' }] })
    expect(() => createConfig({ THREADS: 'remote' })).toThrow('ASSISTANT_UI_BASE_URL: must be set')
    const jwt = { AUTH: 'jwt', JWT_ISSUER: 'https://login.example.com', JWT_AUDIENCE: 'chat' }
    expect(() => createConfig({ ...remote, ...jwt })).toThrow('with ASSISTANT_UI_API_KEY only')
    const keyed = { ...remote, ...jwt, ASSISTANT_UI_API_KEY: 'sk' }
    expect(createConfig(keyed)).toMatchObject({
      cloudThreads: { ...cloudThreads, apiKey: 'sk' },
      upstreams: [{ name: 'remote', apiKey: 'sk' }],
    })
  })

  it('asks for the model of OpenAI that it cannot choose', () => {
    const { message } = catchStartError(() => createConfig({ OPENAI_API_KEY: 'sk-secret' }))
    expect(message).toContain('OPENAI_MODEL: must be set')
    expect(message).not.toContain('sk-secret')
  })

  it('takes a list of those who answer instead', () => {
    const env = { ASSISTANT_UI_BASE_URL: 'http://127.0.0.1:1', UPSTREAM_FALLBACK: 'demo' }
    expect(createConfig(env).upstreams.map(({ name }) => name)).toEqual(['remote', 'demo'])
    const { message } = catchStartError(() => createConfig({ UPSTREAM_FALLBACK: 'demo,magic' }))
    expect(message).toContain('UPSTREAM_FALLBACK (entry 2)')
  })

  it('takes the web origins from the port of the web app', () => {
    expect(createConfig({ WEB_PORT: '3100' }).corsOrigins).toContain('http://localhost:3100')
  })

  it('reads a list of origins', () => {
    const { corsOrigins } = createConfig({ CORS_ORIGINS: 'https://a.example, http://localhost:1' })
    expect(corsOrigins).toEqual(['https://a.example', 'http://localhost:1'])
  })

  it('knows its names where anybody is let in, but where that is said for all', () => {
    const origin = { CORS_ORIGINS: 'https://a.example' }
    const jwt = { AUTH: 'jwt', JWT_ISSUER: 'https://login.example.com', JWT_AUDIENCE: 'chat' }
    const open = { AUTH: 'open', AUTH_OPEN_IN_PRODUCTION: 'yes', ENVIRONMENT: 'production' }
    expect(createConfig({ ...origin, PUBLIC_URL: 'https://b.example' }).knownUrls).toEqual([
      'https://a.example',
      'https://b.example',
    ])
    for (const env of [{ ...origin, ...jwt }, { ...origin, ...open }, { CORS_ORIGINS: '*' }])
      expect(createConfig(env).knownUrls).toBeUndefined()
  })

  it('keeps an absolute database path, and memory', () => {
    for (const path of ['/var/x.db', ':memory:'])
      expect(createConfig({ DATABASE_URL: `sqlite:${path}` }).database).toMatchObject({ path })
  })

  it('takes a PostgreSQL database, with its limits, and tells of it without the password', () => {
    const url = 'postgresql://me:p%40ss@db.example:5433/chats?password=p%40ss'
    const { database } = createConfig({ DATABASE_URL: url, DATABASE_POOL_SIZE: '3' })
    const limits = { poolSize: 3, statementTimeoutMs: 10_000 }
    expect(database).toEqual({ driver: 'postgres', url, ...limits })
    expect(describeDatabase(database)).toBe('postgres, db.example:5433/chats')
    const { message } = catchStartError(() => createConfig({ DATABASE_URL: 'postgres://u:pw@[x' }))
    expect(message).toContain('  DATABASE_URL: must be')
    expect(message).not.toContain('pw')
  })

  it('lets anybody in while it is tried out, and in production only where it is said twice', () => {
    expect(createConfig({}).auth).toEqual({ modes: ['open'], jwt: undefined })
    const production = { ENVIRONMENT: 'production' }
    expect(() => createConfig(production)).toThrow(/^ {2}AUTH: must name who is let in/m)
    const twice = { ...production, AUTH_OPEN_IN_PRODUCTION: 'yes' }
    expect(createConfig(twice).auth.modes).toEqual(['open'])
    expect(createConfig({ ...production, AUTH: 'anonymous, api-key' }).auth.modes).toEqual([
      'anonymous',
      'api-key',
    ])
    expect(() => createConfig({ ...production, AUTH: 'open,anonymous' })).toThrow('AUTH')
    expect(() => createConfig({ AUTH: 'password' })).toThrow('AUTH (entry 1)')
  })

  it('asks for the issuer whose tokens are taken, over TLS but on this machine', () => {
    const jwt = { AUTH: 'jwt', JWT_ISSUER: 'https://login.example.com', JWT_AUDIENCE: 'chat,api' }
    expect(createConfig(jwt).auth.jwt).toEqual({
      issuer: 'https://login.example.com',
      audiences: ['chat', 'api'],
      userClaim: 'sub',
      workspaceClaim: undefined,
    })
    expect(() => createConfig({ AUTH: 'jwt' })).toThrow(/JWT_ISSUER: must[^]*JWT_AUDIENCE: must/)
    const issuer = (url: string) => () => createConfig({ ...jwt, JWT_ISSUER: url })
    expect(issuer('http://127.0.0.1:9000')).not.toThrow()
    expect(issuer('http://login.example.com')).toThrow('JWT_ISSUER: must be https')
  })

  it('keeps attachments in a folder, or in S3 with its keys', () => {
    expect(createConfig({ FILES_URL: 'disk:/var/files' }).files).toMatchObject({
      store: { driver: 'disk', folder: '/var/files' },
      maxBytes: 26_214_400,
    })
    const s3 = { FILES_URL: 's3:https://s3.example.com/bucket' }
    expect(() => createConfig(s3)).toThrow(/S3_ACCESS_KEY_ID: must[^]*S3_SECRET_ACCESS_KEY: must/)
    const keys = { S3_ACCESS_KEY_ID: 'a', S3_SECRET_ACCESS_KEY: 'b' }
    expect(createConfig({ ...s3, ...keys }).files.store).toEqual({
      driver: 's3',
      url: 'https://s3.example.com/bucket',
      accessKeyId: 'a',
      secretAccessKey: 'b',
      region: 'us-east-1',
    })
    for (const FILES_URL of ['s3:https://s3.example.com', 'ftp:x', 's3:bucket'])
      expect(() => createConfig({ FILES_URL })).toThrow('FILES_URL: must be disk:')
    expect(() => createConfig({ FILES_TYPES: 'image' })).toThrow('FILES_TYPES (entry 1)')
  })

  it('has nowhere to keep sessions and keys where Assistant Cloud keeps the threads', () => {
    const cloud = { ASSISTANT_UI_BASE_URL: 'https://x.example', ASSISTANT_UI_API_KEY: 'k' }
    expect(() => createConfig({ ...cloud, AUTH: 'anonymous' })).toThrow(
      'anonymous needs threads in a database',
    )
    const kept = { ...cloud, AUTH: 'anonymous', DATABASE_URL: 'sqlite::memory:' }
    expect(createConfig(kept).auth.modes).toEqual(['anonymous'])
  })

  it('lists every fault at once, by name', () => {
    const env = {
      PORT: '80000',
      CORS_ORIGINS: 'https://a.example/path',
      DATABASE_URL: 'mysql://x',
      UPSTREAM: 'magic',
      ASSISTANT_UI_BASE_URL: 'ftp://x',
      LOG_LEVEL: 'loud',
    }
    const { message } = catchStartError(() => createConfig(env))
    for (const name of Object.keys(env)) expect(message).toContain(`  ${name}`)
    expect(message.split('\n')).toHaveLength(1 + Object.keys(env).length)
  })

  it('takes no time that is longer than a timer of Node can wait', () => {
    const names = [
      'UPSTREAM_CONNECT_TIMEOUT_MS',
      'UPSTREAM_FIRST_CHUNK_TIMEOUT_MS',
      'UPSTREAM_IDLE_TIMEOUT_MS',
      'UPSTREAM_TOTAL_TIMEOUT_MS',
      'UPSTREAM_RETRY_BUDGET_MS',
      'UPSTREAM_BREAKER_OPEN_MS',
      'KEEP_ALIVE_INTERVAL_MS',
    ]
    const all = (ms: string) => Object.fromEntries(names.map((name) => [name, ms]))
    expect(createConfig(all('2147483647')).resilience.totalMs).toBe(2_147_483_647)
    const { message } = catchStartError(() => createConfig(all('2147483648')))
    for (const name of names) expect(message).toContain(`  ${name}: must be at most 2147483647`)
    const statement = { DATABASE_STATEMENT_TIMEOUT_MS: '2147483647' }
    expect(() => createConfig(statement)).toThrow('must be at most 2147482647')
  })

  it('asks for the base URL that the remote upstream needs', () => {
    const { message } = catchStartError(() => createConfig({ UPSTREAM: 'remote' }))
    expect(message).toContain(
      'ASSISTANT_UI_BASE_URL: must be set, since the upstream remote is chosen',
    )
  })
})

function catchStartError(start: () => unknown): StartError {
  try {
    start()
  } catch (error) {
    if (error instanceof StartError) return error
    throw error
  }
  throw new Error('it started')
}
