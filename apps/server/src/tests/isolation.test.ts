import { randomUUID } from 'node:crypto'
import { assistantCloudContract, contract } from '@assistant-ui-proxy/contract'
import { describe, expect, it } from 'vitest'
import { startIssuer } from './issuer.ts'
import { createTestDatabase } from './postgres-test-database.ts'
import { makeTemporaryFolder, startTestServer } from './test-server.ts'

/** Same for every run, so that a failure can be looked at. */
function createRandom(seed: number) {
  let state = seed
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
}

/** What is about nobody's rows, or says something new each time. */
const others = /^\/(health|ready)?$|tokens\/(anonymous|refresh)$|upload-url$/

const routes = [contract, assistantCloudContract]
  .flatMap((each) => Object.values(each) as Record<string, { method: string; path: string }>[])
  .flatMap((each) => Object.values(each))
  .concat(['GET', 'PUT'].map((method) => ({ method, path: '/v1/files/:file_id' })))
  .concat({ method: 'GET', path: '/api/export' })
  .filter(({ path }) => !others.test(path))
  .map(({ method, path }) => ({ method, path }))

const calls = 2_000
const secrets = ['alice’s secret', 'bob’s secret']

describe.each(['SQLite', 'PostgreSQL'])('two owners on %s', { timeout: 120_000 }, (database) => {
  it('get for each other’s ids, on every route, byte for byte what unknown ids get', async () => {
    const { ask, ids } = await start(database)
    const random = createRandom(1)
    const hits = new Map<string, number>()
    for (let call = 0; call < calls; call++) {
      const { method, path } = routes[random(routes.length)] ?? { method: 'GET', path: '/' }
      const who = random(2)
      // The same request twice, but for the other's ids in one and ids that nobody has in the other.
      const foreign = ids[1 - who] ?? nothing
      const unknown = {
        thread: swap(foreign.thread),
        message: swap(foreign.message),
        file: swap(foreign.file),
        report: '',
      }
      const [theirs, nobodys] = await Promise.all(
        [foreign, unknown].map((target) => ask(who, method, path, target)),
      )
      const same = (text = '') => {
        const told = text
          .replaceAll(unknown.thread, foreign.thread)
          .replaceAll(unknown.message, foreign.message)
          .replaceAll(unknown.file, foreign.file)
        return theirs?.status === 201 ? withoutNews(told) : told
      }
      expect.soft(theirs?.status, `${method} ${path}`).toBe(nobodys?.status)
      expect.soft(same(theirs?.text), `${method} ${path}`).toBe(same(nobodys?.text))
      expect(theirs?.text).not.toContain(secrets[1 - who])
      hits.set(`${method} ${path}`, (hits.get(`${method} ${path}`) ?? 0) + 1)
    }
    expect(hits.size).toBe(routes.length)
    for (const who of [0, 1]) {
      const mine = ids[who] ?? nothing
      const { text } = await ask(who, 'GET', '/api/threads/:thread_id/messages', mine)
      expect(text).toContain(secrets[who])
      expect(JSON.parse(text)).toHaveLength(1)
      const thread = await ask(who, 'GET', '/v1/threads/:thread_id', mine)
      expect(JSON.parse(thread.text)).toMatchObject({ thread: { title: secrets[who] } })
    }
  })

  it('take an archive that names the other’s ids as one that names nobody’s', async () => {
    const { ids, take, leave } = await start(database)
    const [alices = nothing] = ids
    const nobodys: Target = {
      thread: swap(alices.thread),
      message: swap(alices.message),
      file: randomUUID(),
      report: randomUUID(),
    }
    const before = await leave(0)
    // The second time, all of it is there.
    for (const expected of [
      { threads: 1, messages: 1, reports: 1, files: 1, skipped: 0, refused: 0 },
      { threads: 0, messages: 0, reports: 0, files: 0, skipped: 3, refused: 0 },
    ])
      for (const target of [alices, nobodys])
        expect(await take(1, archiveOf(target))).toEqual(expected)
    expect(await leave(0)).toBe(before)
    const has = await leave(1)
    expect(has.match(/"base64":"bWluZQ=="/g)).toHaveLength(2)
    expect(has).not.toContain(secrets[0])
  })
})

/** All of it says `mine`. */
function archiveOf({ thread, message, file, report }: Target): string {
  const created_at = '2026-01-01T00:00:00.000Z'
  const times = { created_at, updated_at: created_at, last_message_at: created_at }
  const none = { external_id: null, metadata: undefined }
  const lines = [
    { type: 'archive', version: 1 },
    { type: 'thread', id: thread, title: 'mine', is_archived: false, ...times, ...none },
    {
      type: 'message',
      thread_id: thread,
      id: message,
      parent_id: null,
      role: 'user',
      parts: [{ type: 'text', text: 'mine' }],
      status: 'complete',
      error: null,
      created_at,
      updated_at: null,
      ...none,
      format: null,
      content: null,
      is_reported: false,
    },
    {
      type: 'report',
      id: report,
      kind: 'score',
      thread_id: thread,
      message_id: null,
      body: {},
      created_at,
    },
    {
      type: 'file',
      id: file,
      filename: 'mine.txt',
      media_type: 'text/plain',
      created_at,
      base64: 'bWluZQ==',
    },
  ]
  return lines.map((line) => JSON.stringify(line)).join('\n')
}

interface Target {
  thread: string
  message: string
  file: string
  report: string
}

const nothing: Target = { thread: '', message: '', file: '', report: '' }

async function start(database: string) {
  const issuer = await startIssuer()
  const DATABASE_URL = database === 'SQLite' ? 'sqlite::memory:' : await createTestDatabase()
  const FILES_URL = `disk:${await makeTemporaryFolder()}`
  const { url } = await startTestServer({ env: { ...issuer.env, DATABASE_URL, FILES_URL } })
  const tokens = await Promise.all(['alice', 'bob'].map((name) => issuer.sign(name)))
  const fetchAs = (who: number, method: string, path: string, body: object) =>
    fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${tokens[who]}`,
        'content-type': 'application/json',
        'x-request-id': 'same',
      },
      ...(method !== 'GET' && { body: JSON.stringify(body) }),
    })
  const ids: Target[] = []
  for (const [who, secret] of secrets.entries()) {
    const body = { last_message_at: new Date().toISOString(), title: secret }
    const made = await fetchAs(who, 'POST', '/v1/threads', body)
    const { thread_id } = (await made.json()) as { thread_id: string }
    const content = { role: 'user', parts: [{ type: 'text', text: secret }] }
    const added = await fetchAs(who, 'POST', `/v1/threads/${thread_id}/messages`, {
      parent_id: null,
      format: 'ai-sdk/v6',
      content,
    })
    const { message_id } = (await added.json()) as { message_id: string }
    const announced = await fetchAs(
      who,
      'POST',
      '/v1/files/attachments/generate-presigned-upload-url',
      { filename: 'secret.txt' },
    )
    const { key, signedUrl } = (await announced.json()) as { key: string; signedUrl: string }
    const headers = { 'content-type': 'text/plain' }
    await fetch(signedUrl, { method: 'PUT', headers, body: secret })
    const score = { name: 'x', data_type: 'numeric', value: 1, thread_id }
    const scored = await fetchAs(who, 'POST', '/v1/scores', score)
    const { score_id: report } = (await scored.json()) as { score_id: string }
    ids.push({ thread: thread_id, message: message_id, file: key, report })
  }
  const ask = async (who: number, method: string, path: string, target: Target) => {
    const filled = path.replace(':thread_id', target.thread).replace(':message_id', target.message)
    const query = method === 'GET' && filled.endsWith('threads') ? `?after=${target.thread}` : ''
    const response = await fetchAs(who, method, `${filled}${query}`, bodyFor(path, method, target))
    return { status: response.status, text: await response.text() }
  }
  const take = async (who: number, body: string) => {
    const headers = {
      authorization: `Bearer ${tokens[who]}`,
      'content-type': 'application/x-ndjson',
    }
    const answer = await fetch(`${url}/api/import`, { method: 'POST', headers, body })
    return answer.json() as Promise<unknown>
  }
  const leave = async (who: number) => (await fetchAs(who, 'GET', '/api/export', {})).text()
  return { ask, ids, take, leave }
}

/** What each route takes, about the target. */
function bodyFor(path: string, method: string, { thread, message, file }: Target): object {
  switch (`${method} ${path}`) {
    case 'POST /api/chat':
      return { id: thread, parent_id: message, messages: [{ role: 'user', content: 'Hi' }] }
    case 'POST /v1/threads':
      return { last_message_at: new Date().toISOString(), external_id: thread }
    case 'POST /v1/scores':
      return { name: 'x', data_type: 'numeric', value: 1, thread_id: thread }
    case 'POST /v1/events':
      return { events: [{ kind: 'message_sent', thread_id: thread }] }
    case 'PATCH /api/threads/:thread_id':
    case 'PUT /v1/threads/:thread_id':
      return { title: 'Taken' }
    case 'POST /v1/threads/:thread_id/messages':
      return { parent_id: message, format: 'ai-sdk/v6', content: {} }
    case 'PUT /v1/threads/:thread_id/messages/:message_id':
      return { content: { role: 'user', parts: [] } }
    case 'DELETE /v1/threads/:thread_id/messages':
      return { message_ids: [message] }
    case 'POST /v1/threads/:thread_id/messages/:message_id/feedback':
      return { type: 'positive' }
    case 'POST /v1/runs/stream':
      return {
        thread_id: thread,
        assistant_id: 'system/thread_title',
        messages: [{ role: 'user', content: 'Hello' }],
      }
    case 'POST /v1/files/attachments/generate-presigned-download-url':
      return { key: file }
    case 'POST /v1/threads/claim':
      return { refresh_token: thread }
    case 'POST /v1/runs':
      return { thread_id: thread, status: 'completed' }
    default:
      return {}
  }
}

/** What was made just now has an id and times of its own. */
function withoutNews(text: string): string {
  return text
    .replaceAll(/"(id|score_id|thread_id)":"[^"]+"/g, '"$1":"new"')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'now')
}

/** An id of the same form that nobody has. */
function swap(id: string): string {
  return id.replaceAll(/[0-9a-f]/g, (digit) => (15 - Number.parseInt(digit, 16)).toString(16))
}
