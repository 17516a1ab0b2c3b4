import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { createClient, textOfParts, type ChatBody } from '@assistant-ui-proxy/contract'
import { Client } from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createTestDatabase } from './postgres-test-database.ts'
import { makeTemporaryFolder } from './test-server.ts'

const slowQuestion: ChatBody = {
  id: 't1',
  messages: [{ id: 'u1', role: 'user', content: 'Write 20000 words' }],
}

describe('the server process', { timeout: 30_000 }, () => {
  it('has after kill -9 what the reader saw up to 250 ms before, as failed', async () => {
    const env = { DATABASE_URL: `sqlite:${join(await makeTemporaryFolder(), 'x.db')}` }
    const first = await startProcess(env)
    const seen: { at: number; length: number }[] = []
    const client = createClient(first.url)
    const reading = (async () => {
      let length = 0
      for await (const chunk of client.chat.stream(slowQuestion))
        if (chunk.type === 'text-delta')
          seen.push({ at: performance.now(), length: (length += chunk.delta.length) })
    })()
    await expect.poll(() => seen.length, { timeout: 10_000 }).toBeGreaterThan(150)
    const killedAt = performance.now()
    first.child.kill('SIGKILL')
    const failure = reading.catch((error: unknown) => error)

    // On the same port, where the client looks for the rest.
    const second = await startProcess({ ...env, PORT: new URL(first.url).port })
    expect(await failure).toMatchObject({ problem: { code: 'stream_interrupted' } })
    const answer = await createClient(second.url).threads.messages({ params: { thread_id: 't1' } })
    const [question, reply] = answer.status === 200 ? answer.body : []
    expect(question).toMatchObject({ id: 'u1', role: 'user', status: 'complete' })
    expect(reply).toMatchObject({ status: 'failed', error: { code: 'run_interrupted' } })
    const stored = textOfParts(reply?.parts ?? [])
    const due = seen.findLast(({ at }) => at <= killedAt - 250)?.length ?? 0
    expect(due).toBeGreaterThan(0)
    expect(stored.length).toBeGreaterThanOrEqual(due)
  })

  it('lets streams finish after SIGTERM, takes no others, and exits with 0', async () => {
    const { child, url } = await startProcess()
    const client = createClient(url)
    const body: ChatBody = { messages: [{ role: 'user', content: 'Write 200 words' }] }
    const stream = client.chat.stream(body)
    await stream.next()
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    const types: string[] = []
    for await (const chunk of stream) types.push(chunk.type)
    expect(types.at(-1)).toBe('finish')
    expect(await exited).toEqual([0, null])
    await expect(client.chat.stream(body).next()).rejects.toMatchObject({
      problem: { code: 'server_unreachable' },
    })
  })

  it('ends a stream that takes longer than 10 s, stores it as failed and tells its reader', async () => {
    const env = { DATABASE_URL: `sqlite:${join(await makeTemporaryFolder(), 'x.db')}` }
    const { child, url } = await startProcess(env)
    const stream = createClient(url).chat.stream(slowQuestion)
    await stream.next()
    const exited = once(child, 'exit')
    const signalledAt = performance.now()
    child.kill('SIGTERM')
    let last: unknown
    for await (const chunk of stream) last = chunk
    expect(last).toMatchObject({
      type: 'error',
      errorText: expect.stringContaining('run_interrupted'),
    })
    expect(await exited).toEqual([0, null])
    const tookMs = performance.now() - signalledAt
    expect(tookMs).toBeGreaterThan(9_500)
    expect(tookMs).toBeLessThan(12_500)

    const second = await startProcess(env)
    const answer = await createClient(second.url).threads.messages({ params: { thread_id: 't1' } })
    expect(answer.status === 200 && answer.body[1]).toMatchObject({
      status: 'failed',
      error: { code: 'run_interrupted' },
    })
  })

  it('says in one line which variable to change when its port is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    onTestFinished(() => void holder.close())
    const { port } = holder.address() as AddressInfo
    const { code, stderr } = await runToEnd({ PORT: String(port) })
    expect(stderr).toBe(`Port ${port} on 127.0.0.1 is taken: set PORT to another.\n`)
    expect(code).toBe(1)
  })

  it('exits where it cannot begin, rather than listen to no purpose', async () => {
    const database = await createTestDatabase()
    const env = { DATABASE_URL: database, DATABASE_STATEMENT_TIMEOUT_MS: '300' }
    await startProcess(env)
    const holder = new Client({ connectionString: database })
    await holder.connect()
    onTestFinished(() => holder.end())
    await holder.query('begin; lock table messages in access exclusive mode')
    const { code, stderr } = await runToEnd({ ...env, PORT: '0' })
    expect(stderr).toContain('statement timeout')
    expect(code).toBe(1)
  })

  it('does not start with a bad variable, and names it', async () => {
    const { code, stderr } = await runToEnd({ LOG_LEVEL: 'loud', PORT: 'x' })
    expect(stderr).toMatch(/LOG_LEVEL: .*\n/)
    expect(stderr).toMatch(/PORT: must be a whole number\n/)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect(code).toBe(1)
  })

  it('does not start with a database file that it cannot open, and names the variable', async () => {
    const folder = await makeTemporaryFolder()
    const notADatabase = join(folder, 'notes.txt')
    await writeFile(notADatabase, 'These are my notes, not a database. '.repeat(100))
    for (const path of [notADatabase, join(notADatabase, 'x.db'), folder]) {
      const { code, stderr } = await runToEnd({ DATABASE_URL: `sqlite:${path}` })
      expect(stderr).toMatch(/^The database .* cannot be opened \(.*\): check DATABASE_URL\.\n$/)
      expect(code).toBe(1)
    }
  })

  it('tells where it is, its upstream and its storage', async () => {
    const { url, stdout } = await startProcess()
    expect(stdout()).toContain(`API       ${url.replace('127.0.0.1', 'localhost')}\n`)
    expect(stdout()).toContain('Upstream  demo, an offline assistant')
    expect(stdout()).toContain('Storage   sqlite, in memory\n')
  })
})

function spawnServer(env: Record<string, string>) {
  const child = spawn(
    process.execPath,
    ['--conditions=@assistant-ui-proxy/source', resolve(import.meta.dirname, '../main.ts')],
    {
      // Not what the machine or a developer's .env has set.
      env: {
        PATH: process.env['PATH'],
        HOST: '127.0.0.1',
        ENVIRONMENT: 'development',
        LOG_LEVEL: 'info',
        UPSTREAM: 'demo',
        UPSTREAM_FALLBACK: '',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function startProcess(env: Record<string, string> = {}) {
  const child = spawnServer({ PORT: '0', DATABASE_URL: 'sqlite::memory:', ...env })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (data: string) => (stdout += data))
  await expect.poll(() => stdout, { timeout: 10_000 }).toContain('Storage')
  const port = /API +http:\/\/localhost:(\d+)/.exec(stdout)?.[1]
  return { child, url: `http://127.0.0.1:${port}`, stdout: () => stdout }
}

async function runToEnd(env: Record<string, string>) {
  const child = spawnServer({ DATABASE_URL: 'sqlite::memory:', ...env })
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  return { code: code as number, stderr }
}
