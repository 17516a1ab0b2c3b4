import { Agent, request as httpRequest, type OutgoingHttpHeaders } from 'node:http'
import { json as readJson } from 'node:stream/consumers'
import { brotliCompressSync, createGzip, deflateSync, gzipSync } from 'node:zlib'
import { AssistantCloud } from 'assistant-cloud'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ArchivedMessage, ArchivedThread } from '../archive/archive-record.ts'
import { ArchiveService } from '../archive/archive-service.ts'
import { readConversation } from '../archive/chat-gpt.ts'
import { readConversations } from '../archive/read-conversations.ts'
import { readLines } from '../archive/read-lines.ts'
import { DiskFileStore } from '../drivers/files/disk-file-store.ts'
import { openSqliteStorage } from '../drivers/storage/sql/open-sqlite-storage.ts'
import { FileService } from '../files/file-service.ts'
import { localOwner } from '../identity/owner.ts'
import { collect, scriptConversation } from './conversation.ts'
import { createTestDatabase } from './postgres-test-database.ts'
import { makeTemporaryFolder, startTestServer } from './test-server.ts'

const databases = { SQLite: async () => 'sqlite::memory:', PostgreSQL: createTestDatabase }

describe.each(Object.keys(databases) as (keyof typeof databases)[])(
  'all that somebody has, on %s',
  { timeout: 20_000 },
  (database) => {
    it('is the same after it was taken elsewhere', async () => {
      const from = await start(database)
      await fill(from)
      const archive = await from.export()
      const records = archive
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { type: string })
      expect(records[0]).toEqual({ type: 'archive', version: 1 })
      const counts = Object.groupBy(records, ({ type }) => type)
      expect(counts['thread']).toHaveLength(3)
      expect(counts['message']).toHaveLength(10)
      expect(counts['report']).toHaveLength(2)
      expect(counts['file']).toHaveLength(1)

      const to = await start(database)
      expect(await to.import(archive)).toEqual({
        status: 200,
        body: { threads: 3, messages: 10, reports: 2, files: 1, skipped: 0, refused: 0 },
      })
      // Files are shown by URLs of the server that has them.
      const there = await to.export()
      expect(withoutUrls(there)).toBe(withoutUrls(archive))
      const [image = ''] = fileUrl.exec(there) ?? []
      expect(image).toContain(to.url)
      expect(Buffer.from(await (await fetch(image)).arrayBuffer())).toEqual(picture)
      // Once more changes nothing.
      expect(await to.import(archive)).toMatchObject({ body: { threads: 0, skipped: 6 } })
      expect(await to.export()).toBe(there)
      // It is no dead copy: it goes on, and is found.
      await expect
        .poll(async () => (await to.client.search.find({ query: { q: 'lighthouses' } })).body)
        .toMatchObject([{ thread: { id: 't1' } }])
      const next = { id: 't1', messages: [{ role: 'user' as const, content: 'Go on' }] }
      expect((await collect(to.client.chat.stream(next))).at(-1)).toMatchObject({ type: 'finish' })
    })
  },
)

describe('an export', () => {
  it('holds what its owner has, and nothing of others', async () => {
    const { url } = await start('SQLite', { AUTH: 'anonymous' })
    const people = await Promise.all(['alice', 'bob'].map(() => signIn(url)))
    for (const [index, headers] of people.entries())
      await fetch(`${url}/api/threads`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ id: `t${index}` }),
      })
    const answer = await fetch(`${url}/api/export`, { headers: people[0] ?? {} })
    expect(answer.headers.get('content-type')).toContain('application/x-ndjson')
    expect(answer.headers.get('content-disposition')).toContain('assistant-ui-proxy.jsonl')
    const text = await answer.text()
    expect(text).toContain('"t0"')
    expect(text).not.toContain('"t1"')
  })

  it('can be imported where it has messages whose parents are gone', async () => {
    const { archive, archiveStore } = await openArchive()
    const lines = [{ id: 'a' }, { id: 'b', parent_id: 'gone' }, { id: 'c', parent_id: 'b' }]
    const messages = lines.map(message).map((line) => JSON.parse(line) as ArchivedMessage)
    await archiveStore.addThread(localOwner, JSON.parse(thread('t')) as ArchivedThread, messages)
    const to = await openArchive()
    await to.archive.import(
      localOwner,
      readLines(bytesOf(archive.export(localOwner)), 1_000),
      String,
    )
    expect(await to.archiveStore.listMessages(localOwner, 't')).toMatchObject([
      { id: 'a', parent_id: null },
      { id: 'b', parent_id: null },
      { id: 'c', parent_id: 'b' },
    ])
  })

  it('of much is written at its reader’s pace, and nothing is left waiting', async () => {
    const warnings: Error[] = []
    const note = (warning: Error) => void warnings.push(warning)
    process.on('warning', note)
    onTestFinished(() => void process.off('warning', note))
    const { export: give, import: take, url } = await start('SQLite')
    const parts = [{ type: 'text', text: 'a'.repeat(300_000) }]
    const ids = Array.from({ length: 12 }, (_, index) => `${index}`)
    const threads = ids.map((id) => `${thread(id)}\n${message({ id, thread_id: id, parts })}`)
    const archive = ['{"type":"archive","version":1}', ...threads, thread('z')].join('\n')
    await take(archive)
    const given = (await give()).trim().split('\n')
    expect(given).toHaveLength(26)
    expect(given.at(-1)).toBe(thread('z'))
    const head = await fetch(`${url}/api/export`, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect(warnings).toEqual([])
  })

  it('has of a reply that is being written what is there', async () => {
    const { upstream, say } = scriptConversation()
    const server = await start('SQLite', {}, upstream)
    const reading = server.client.chat.stream({
      id: 't1',
      messages: [{ id: 'q', role: 'user', content: 'Hello' }],
    })
    say('half a word')
    await reading.next()
    await expect.poll(server.export).toContain('half a word')
    expect(await server.export()).toContain('"status":"stopped"')
    await reading.return()
  })
})

describe('an import', () => {
  it('names the line that is not valid, and keeps what came before it', async () => {
    const { client, import: take } = await start('SQLite')
    const header = '{"type":"archive","version":1}'
    const bad: [string, string][] = [
      ['', 'Line 1'],
      ['{"type":"archive","version":2}', 'newer version'],
      [`${header}\nnonsense`, 'Line 2 of the archive is not valid: it is not JSON'],
      [`${header}\n{"type":"thread","id":"../x"}`, 'Line 2'],
      [`${header}\n{"type":"spell"}`, 'Line 2'],
      [`${header}\n${message({})}`, 'does not follow its thread'],
      [`${header}\n${thread('t')}\n${message({ parts: [{ type: 'hologram' }] })}`, 'Line 3'],
      [`${header}\n${thread('t')}\n${message({ status: 'streaming' })}`, 'Line 3'],
      [`${header}\n${thread('t')}\n${message({ parent_id: 'm' })}`, 'Line 3'],
      [`${header}\n${thread('t')}\n${message({ external_id: 'x'.repeat(256) })}`, 'Line 3'],
      [`${header}\n${thread('t')}\n${message({ parent_id: 'nobody' })}`, 'Line 3'],
      [
        [
          header,
          thread('t'),
          message({ id: 'a', parent_id: 'b' }),
          message({ id: 'b', parent_id: 'a' }),
        ].join('\n'),
        'Line 3 of the archive is not valid: its parent_id names no message before it',
      ],
    ]
    for (const [archive, why] of bad)
      expect(await take(archive)).toMatchObject({
        status: 400,
        body: { code: 'invalid_request', detail: expect.stringContaining(why) },
      })
    expect((await client.threads.list()).body).toEqual([])
    const half = [header, thread('t1'), thread('t2'), 'nonsense'].join('\n')
    expect(await take(half)).toMatchObject({ status: 400 })
    expect((await client.threads.list()).body).toMatchObject([{ id: 't1' }])
    expect(await take(half, 'text/plain')).toMatchObject({ status: 415 })
  })

  it('takes no parent that is in another thread, and goes on where its own is there already', async () => {
    const { client, import: take } = await start('SQLite')
    const header = '{"type":"archive","version":1}'
    const child = (more: object) => message({ id: 'n', parent_id: 'm', ...more })
    const whole = [header, thread('t'), message({}), child({})].join('\n')
    expect(await take(whole)).toMatchObject({ status: 200, body: { threads: 1, messages: 2 } })
    const elsewhere = [header, thread('t2'), child({ thread_id: 't2' })].join('\n')
    expect(await take(elsewhere)).toMatchObject({ status: 400 })
    expect(await take(whole)).toMatchObject({ status: 200, body: { threads: 0, skipped: 1 } })
    expect((await client.threads.list()).body).toMatchObject([{ id: 't' }])
  })

  it('holds no more of a thread than is allowed', async () => {
    const { archive, archiveStore } = await openArchive(2 * message({}).length)
    async function* lines() {
      yield '{"type":"archive","version":1}'
      yield* [thread('t0'), message({ thread_id: 't0', id: 'm0' })]
      yield* [thread('t'), ...['1', '2', '3'].map((id) => message({ id }))]
    }
    await expect(archive.import(localOwner, lines(), String)).rejects.toMatchObject({
      problem: { code: 'payload_too_large', detail: expect.stringContaining('Line 7') },
    })
    const [first, ...others] = await archiveStore.listThreads(localOwner, undefined, 10)
    expect([first?.id, others]).toEqual(['t0', []])
  })

  it('takes all but the files that this server does not', async () => {
    const id = '6553f100-aaaa-4bbb-8ccc-000000000001'
    const file = (media_type: string) =>
      JSON.stringify({
        type: 'file',
        id,
        filename: 'a',
        media_type,
        created_at: time,
        base64: Buffer.from('four').toString('base64'),
      })
    const archive = (media_type: string) =>
      ['{"type":"archive","version":1}', file(media_type), thread('t'), message({})].join('\n')
    const strict = await start('SQLite', { FILES_TYPES: 'image/png', FILES_MAX_BYTES: '3' })
    const refused = { threads: 1, messages: 1, files: 0, skipped: 0, refused: 1 }
    expect(await strict.import(archive('text/html'))).toMatchObject({ status: 200, body: refused })
    expect(await strict.import(archive('image/png'))).toMatchObject({
      status: 200,
      body: { threads: 0, files: 0, skipped: 1, refused: 1 },
    })
    // What was refused may be taken later.
    const lenient = await start('SQLite', { FILES_TYPES: 'image/png' })
    expect(await lenient.import(archive('text/html'))).toMatchObject({ body: refused })
    expect(await lenient.import(archive('image/png'))).toMatchObject({
      body: { threads: 0, files: 1, skipped: 1, refused: 0 },
    })
  })

  it('takes the conversations of ChatGPT, with their branches', async () => {
    const { client, import: take } = await start('SQLite')
    const node = (id: string, parent: string | null, role: string, parts: unknown[], more = {}) => [
      id,
      {
        id,
        parent,
        children: [],
        message: {
          author: { role },
          create_time: 1_700_000_001.5,
          content: { content_type: 'text', parts },
          metadata: {},
          ...more,
        },
      },
    ]
    const conversations = [
      {
        title: 'Naïve 🙂',
        create_time: 1_700_000_000,
        update_time: 1_700_000_100,
        conversation_id: '6553f100-aaaa-4bbb-8ccc-000000000001',
        current_node: 'a2',
        mapping: Object.fromEntries([
          ['root', { id: 'root', parent: null, message: null, children: ['s'] }],
          node('s', 'root', 'system', ['']),
          node('q1', 's', 'user', ['What is it?', { asset_pointer: 'file-service://x' }]),
          node('tool', 'q1', 'tool', ['searching']),
          node('a1', 'tool', 'assistant', ['A cat.']),
          node('a2', 'q1', 'assistant', ['A dog.']),
        ]),
      },
    ]
    const json = JSON.stringify(conversations)
    expect(await take(json, 'application/json')).toMatchObject({
      status: 200,
      body: { threads: 1, messages: 3, skipped: 0 },
    })
    const [conversation] = conversations
    const answer = await client.threads.messages({
      params: { thread_id: conversation?.conversation_id ?? '' },
    })
    expect(answer.body).toMatchObject([
      { id: 'q1', parent_id: null, role: 'user', parts: [{ text: 'What is it?' }] },
      { id: 'a2', parent_id: 'q1', role: 'assistant', created_at: '2023-11-14T22:13:21.500Z' },
      { id: 'a1', parent_id: 'q1', parts: [{ type: 'text', text: 'A cat.' }] },
    ])
    expect((await client.threads.list()).body).toMatchObject([
      { title: 'Naïve 🙂', last_message_at: '2023-11-14T22:15:00.000Z' },
    ])
    expect(await take(json, 'application/json')).toMatchObject({ body: { threads: 0, skipped: 1 } })
    expect(await take('{"a":1}', 'application/json')).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('no conversations.json') },
    })
  })

  it('takes the conversations of ChatGPT one after another, and others have their turns', async () => {
    const { archive, archiveStore } = await openArchive()
    const good = Array.from({ length: 50 }, () => ({ mapping: {} }))
    const pieces = bytesOf([JSON.stringify([...good, {}])])
    const turns = countTurns()
    await expect(archive.importChatGpt(localOwner, readConversations(pieces))).rejects.toThrow(
      '(50.mapping: is no mapping). What came before it is taken.',
    )
    expect(turns()).toBeGreaterThanOrEqual(good.length)
    expect(await archiveStore.listThreads(localOwner, undefined, 100)).toHaveLength(good.length)
  })

  it('takes many lines that come at once one after another, and others have their turns', async () => {
    const { archive } = await openArchive()
    const lines = ['{"type":"archive","version":1}']
    for (let index = 0; index < 50; index++) lines.push(thread(`t${index}`))
    const turns = countTurns()
    await archive.import(localOwner, readLines(bytesOf([lines.join('\n')]), 100_000), String)
    expect(turns()).toBeGreaterThanOrEqual(50)
  })

  it('looks at a long conversation of ChatGPT little by little, and at none without end', async () => {
    const conversation = (length: number) => ({
      mapping: Object.fromEntries(Array.from({ length }, (_, index) => [`n${index}`, {}])),
    })
    const turns = countTurns()
    expect(await readConversation(conversation(10_000), 0)).toMatchObject({ messages: [] })
    expect(turns()).toBeGreaterThanOrEqual(50)
    await expect(readConversation(conversation(100_001), 7)).rejects.toThrow(
      '(7.mapping: has more than 100000 messages)',
    )
  })

  it('adds a long thread little by little, and others have their turns', async () => {
    const { archiveStore } = await openArchive()
    const ids = Array.from({ length: 400 }, (_, index) => `m${index}`)
    const messages = ids.map((id) => JSON.parse(message({ id })) as ArchivedMessage)
    const turns = countTurns()
    await archiveStore.addThread(localOwner, JSON.parse(thread('t')) as ArchivedThread, messages)
    expect(turns()).toBeGreaterThanOrEqual(10)
    expect(await archiveStore.listMessages(localOwner, 't')).toHaveLength(400)
  })

  it('takes a conversation of ChatGPT before the next one has come', async () => {
    const lines: string[] = []
    const { client, url } = await start('SQLite', {}, undefined, (line) => lines.push(line))
    const ids = async () => (await client.threads.list()).body
    const conversation = (id: string) => JSON.stringify({ id, title: '🙂', mapping: {} })
    const { request, answer } = openImport(url)
    request.write(`[${conversation('c1')}, ${conversation('c2').slice(0, 12)}`)
    await expect.poll(ids).toMatchObject([{ id: 'c1', title: '🙂' }])
    request.end(`${conversation('c2').slice(12)}]`)
    expect(await answer).toMatchObject({ status: 200, body: { threads: 2 } })
    // Nor is it lost where the sender leaves, which is no fault of the server's.
    const left = openImport(url)
    left.request.write(`[${conversation('c3')}, `)
    await expect.poll(ids).toHaveLength(3)
    left.request.destroy()
    await expect(left.answer).rejects.toThrow('socket hang up')
    await expect.poll(() => lines.join('')).toContain('request aborted')
    expect(lines.join('')).not.toContain('a request failed')
  })

  it.each<[string, string | Buffer]>([
    ['it is no list', '{"a":1}'],
    ['0: it ends early', ''],
    ['1: it ends early', '[{"mapping":{}}, {"mapping"'],
    ['1: it is not JSON', '[{"mapping":{}}, {"mapping":}'],
    ['1: it is not JSON', '[{"mapping":{}}] x'],
    ['1: it is not JSON', Buffer.from('[{"mapping":{}}, "\xff, or so"]', 'latin1')],
    ['1: it is nested deeper than 1000 levels', `[{"mapping":{}}, ${'['.repeat(1_000)}`],
    ['1.mapping.a.parent: Invalid input', '[{"mapping":{}}, {"mapping":{"a":{"parent":7}}}]'],
    ['1.title: Invalid input', '[{"mapping":{}}, {"mapping":{}, "title":7}]'],
  ])('says of the conversations of ChatGPT that %s', async (why, body) => {
    const { client, import: take } = await start('SQLite')
    expect(await take(body, 'application/json')).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', detail: expect.stringContaining(`(${why}`) },
    })
    expect((await client.threads.list()).body).toHaveLength(why.startsWith('1') ? 1 : 0)
  })

  it('holds no more of a conversation of ChatGPT than is allowed, nor takes a whole file that is too much', async () => {
    const pieces = bytesOf(['[{}, {"title":"', 'a'.repeat(60), 'a'.repeat(60), '"}]'])
    const conversations = readConversations(pieces, 100)
    expect(await conversations.next()).toMatchObject({ value: {} })
    await expect(conversations.next()).rejects.toMatchObject({
      problem: { code: 'payload_too_large', detail: expect.stringContaining('take 1 out') },
    })
    const { url } = await start('SQLite')
    const { request, answer } = openImport(url, { 'content-length': '200000001' })
    request.flushHeaders()
    expect(await answer).toMatchObject({
      status: 413,
      body: { detail: 'The body may have 200 MB at most.' },
    })
    request.destroy()
  })

  it('may be compressed, and is measured as it is then', async () => {
    const { import: take, url } = await start('SQLite')
    const json = JSON.stringify([{ id: 'c', mapping: {} }])
    const archive = `{"type":"archive","version":1}\n${thread('t')}`
    for (const [index, pack] of [gzipSync, deflateSync, brotliCompressSync].entries()) {
      const coding = { 'content-encoding': ['gzip', 'deflate', 'br'][index] ?? '' }
      const expected = { status: 200, body: { threads: Number(index === 0) } }
      expect(await take(pack(json), 'application/json', coding)).toMatchObject(expected)
      expect(await take(pack(archive), 'application/x-ndjson', coding)).toMatchObject(expected)
    }
    const bad: [Buffer, string, number][] = [
      [gzipSync(json).subarray(0, 20), 'gzip', 400],
      [Buffer.from(json), 'gzip', 400],
      [Buffer.from(json), 'zip', 415],
    ]
    for (const [body, coding, status] of bad)
      expect(await take(body, 'application/json', { 'content-encoding': coding })).toMatchObject({
        status,
      })
    const { request, answer } = openImport(url, { 'content-encoding': 'gzip' })
    const zip = createGzip()
    zip.pipe(request)
    zip.write('[')
    const spaces = Buffer.alloc(1_000_000, ' ')
    for (let megabytes = 0; megabytes < 200; megabytes++)
      await new Promise((resolve) => zip.write(spaces, resolve))
    zip.end()
    expect(await answer).toMatchObject({
      status: 413,
      body: { detail: expect.stringContaining('MB at most') },
    })
  })

  it('that is refused is read off: the connection takes the next request', async () => {
    const { url } = await start('SQLite')
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    const headers = { 'content-type': 'application/x-ndjson' }
    const { request, answer } = openImport(url, headers, agent)
    request.write('nonsense\n')
    expect(await answer).toMatchObject({ status: 400 })
    for (let pieces = 0; pieces < 20; pieces++)
      await new Promise((resolve) => request.write(Buffer.alloc(1_000_000), resolve))
    request.end()
    const next = openImport(url, headers, agent)
    next.request.end('nonsense')
    expect(await next.answer).toMatchObject({ status: 400 })
  })

  it('ends with what of ChatGPT leads back to itself, or is at no time', async () => {
    const { import: take } = await start('SQLite')
    const takeOne = (conversation: object) =>
      take(JSON.stringify([conversation]), 'application/json')
    const none = { status: 200, body: { threads: 1, messages: 0 } }
    const mappings = [
      { k1: { id: 'r' }, k2: { id: 'r', parent: 'r' } },
      { '': { id: '' }, k2: { id: 'k2', parent: '' } },
      { a: { id: 'a', parent: 'b' }, b: { id: 'b', parent: 'a' } },
    ]
    for (const mapping of mappings) expect(await takeOne({ mapping })).toMatchObject(none)
    for (const create_time of [1e20, -1e20, 300_000_000_000])
      expect(await takeOne({ create_time, mapping: {} })).toMatchObject({
        status: 400,
        body: { detail: expect.stringContaining('0.create_time') },
      })
  })
})

async function start(
  database: keyof typeof databases,
  env: Record<string, string> = {},
  upstream?: ReturnType<typeof scriptConversation>['upstream'],
  onLog?: (line: string) => void,
) {
  const server = await startTestServer({
    env: {
      DATABASE_URL: await databases[database](),
      FILES_URL: `disk:${await makeTemporaryFolder()}`,
      ...env,
    },
    ...(upstream && { upstream }),
    ...(onLog && { onLog }),
  })
  return {
    ...server,
    export: async () => (await fetch(`${server.url}/api/export`)).text(),
    import: async (body: string | Buffer, type = 'application/x-ndjson', more = {}) => {
      const init = { method: 'POST', headers: { 'content-type': type, ...more }, body }
      const answer = await fetch(`${server.url}/api/import`, init)
      return { status: answer.status, body: (await answer.json()) as unknown }
    },
  }
}

/** @returns how often others have had their turns by now */
function countTurns(): () => number {
  let turns = 0
  let next = setImmediate(function take() {
    turns++
    next = setImmediate(take)
  })
  onTestFinished(() => clearImmediate(next))
  return () => turns
}

/** An import whose body comes as the test writes it. */
function openImport(url: string, headers: OutgoingHttpHeaders = {}, agent?: Agent) {
  const request = httpRequest(`${url}/api/import`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    ...(agent && { agent }),
  })
  const answer = new Promise<{ status: number | undefined; body: unknown }>((resolve, reject) => {
    request.on('error', reject)
    request.on('response', (response) => {
      readJson(response).then((body) => resolve({ status: response.statusCode, body }), reject)
    })
  })
  return { request, answer }
}

/** As the server has it, with a database of its own. */
async function openArchive(maxThreadLength?: number) {
  const { archiveStore, fileRecords, close } = await openSqliteStorage(':memory:')
  onTestFinished(close)
  const store = new DiskFileStore(await makeTemporaryFolder())
  const files = new FileService({ records: fileRecords, store, maxBytes: 1, types: [] })
  const archive = new ArchiveService(archiveStore, files, {
    ...(maxThreadLength && { maxThreadLength }),
  })
  return { archive, archiveStore }
}

/** Everything that there is: branches, failures, formats of others, an archive, feedback, a file. */
async function fill({ url, client }: Awaited<ReturnType<typeof start>>): Promise<void> {
  const say = (id: string, parent_id: string | null, messageId: string, content: string) =>
    collect(
      client.chat.stream({ id, parent_id, messages: [{ id: messageId, role: 'user', content }] }),
    )
  await say('t1', null, 'q1', 'Tell me about lighthouses')
  await say('t1', null, 'q1b', 'Naïve 🙂 \u2028 edited')
  await say('t2', null, 'q2', 'error please')
  await client.threads.update({ params: { thread_id: 't2' }, body: { is_archived: true } })
  const cloud = new AssistantCloud({ baseUrl: url, anonymous: true })
  const { thread_id } = await cloud.threads.create({
    last_message_at: new Date(1_000),
    title: 'Theirs',
    external_id: 'x',
    metadata: { a: ['b', null] },
  })
  let parent_id: string | null = null
  for (const [format, content] of [
    ['aui/v0', { role: 'user', content: [{ type: 'text', text: 'Hi' }], metadata: {} }],
    ['ai-sdk/v6', { role: 'assistant', parts: [{ type: 'text', text: 'Hi' }], extra: true }],
    ['langgraph/v1', { any: ['thing'] }],
  ] as const) {
    const body = { parent_id, format, content: content as never }
    const added: { message_id: string } = await cloud.threads.messages.create(thread_id, body)
    parent_id = added.message_id
  }
  const { signedUrl, publicUrl } = await cloud.files.generatePresignedUploadUrl({
    filename: 'a.png',
  })
  const headers = { 'content-type': 'image/png' }
  await fetch(signedUrl, { method: 'PUT', headers, body: picture })
  const content = {
    role: 'user',
    parts: [{ type: 'file', mediaType: 'image/png', url: publicUrl }],
  }
  await cloud.threads.messages.create(thread_id, {
    parent_id,
    format: 'ai-sdk/v6',
    content: content as never,
  })
  await cloud.threads.messages.feedback(thread_id, parent_id ?? '', { type: 'positive' })
  await cloud.scores.create({ name: 'x', data_type: 'numeric', value: 0.5, thread_id })
}

async function* bytesOf(texts: AsyncIterable<string> | string[]): AsyncGenerator<Uint8Array> {
  for await (const text of texts) yield Buffer.from(text)
}

const picture = Buffer.from([0, 1, 2, 255])
const fileUrl = /http[^"]*\/v1\/files\/[^"]*/

function withoutUrls(archive: string): string {
  return archive.replace(new RegExp(fileUrl, 'g'), 'url')
}

async function signIn(url: string) {
  const answer = await fetch(`${url}/v1/auth/tokens/anonymous`, { method: 'POST' })
  const { access_token } = (await answer.json()) as { access_token: string }
  return { authorization: `Bearer ${access_token}` }
}

const time = '2026-01-01T00:00:00.000Z'

function thread(id: string): string {
  return JSON.stringify({
    type: 'thread',
    id,
    title: null,
    is_archived: false,
    created_at: time,
    updated_at: time,
    last_message_at: time,
    external_id: null,
  })
}

function message(more: object): string {
  return JSON.stringify({
    type: 'message',
    thread_id: 't',
    id: 'm',
    parent_id: null,
    role: 'user',
    parts: [{ type: 'text', text: 'Hi' }],
    status: 'complete',
    error: null,
    created_at: time,
    updated_at: null,
    external_id: null,
    format: null,
    content: null,
    is_reported: false,
    ...more,
  })
}
