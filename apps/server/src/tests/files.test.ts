import { readdir } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import type { ChatMessage } from '@assistant-ui-proxy/contract'
import { AssistantCloud } from 'assistant-cloud'
import { findFreePort } from 'services'
import S3rver from 's3rver'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openSqliteStorage } from '../drivers/storage/sql/open-sqlite-storage.ts'
import { FileService } from '../files/file-service.ts'
import type { FileStore } from '../files/file-store.ts'
import { localOwner } from '../identity/owner.ts'
import { collect } from './conversation.ts'
import { startPeer } from './peer.ts'
import { finishBatch, scriptUpstream, textBatch } from './scripted-upstream.ts'
import { makeTemporaryFolder, startTestServer } from './test-server.ts'

const png = Buffer.from('89504e470d0a1a0a', 'hex')

describe.each(['disk', 's3'])('attachments on %s', { timeout: 20_000 }, (driver) => {
  it('are brought and fetched under signed URLs, by the unmodified client', async () => {
    const { cloud } = await start(driver)
    const { signedUrl, publicUrl, key } = await cloud.files.generatePresignedUploadUrl({
      filename: 'naïve “cat”.png',
    })
    expect((await put(signedUrl, png)).status).toBe(200)
    for (const asked of [{ key: key ?? '' }, { url: publicUrl }]) {
      const download = await cloud.files.generatePresignedDownloadUrl(asked)
      expect(Date.parse(download.expiresAt)).toBeGreaterThan(Date.now() + 60_000)
      const response = await fetch(download.signedUrl)
      expect(Buffer.from(await response.arrayBuffer())).toEqual(png)
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': 'image/png',
        'x-content-type-options': 'nosniff',
        'content-disposition': expect.stringMatching(/^attachment; .*na%C3%AFve/),
      })
    }
  })

  it('reach the model as what they are', async () => {
    const asked: ChatMessage[] = []
    const { upstream } = scriptUpstream(async function* ({ messages }) {
      asked.push(...messages)
      yield textBatch('I see')
      yield finishBatch
    })
    const { cloud, client } = await start(driver, { upstream })
    const { signedUrl, publicUrl } = await cloud.files.generatePresignedUploadUrl({
      filename: 'cat.png',
    })
    await put(signedUrl, png)
    const parts = [
      { type: 'text' as const, text: 'What is it?' },
      { type: 'file' as const, mediaType: 'image/png', url: publicUrl },
      { type: 'file' as const, mediaType: 'image/png', url: 'https://example.com/dog.png' },
    ]
    await collect(client.chat.stream({ id: 't1', messages: [{ id: 'q', role: 'user', parts }] }))
    expect(asked[0]?.parts).toEqual([
      parts[0],
      {
        type: 'file',
        mediaType: 'image/png',
        filename: 'cat.png',
        url: `data:image/png;base64,${png.toString('base64')}`,
      },
      parts[2],
    ])
    // Where it is kept, in the thread, stays short.
    const stored = await client.threads.messages({ params: { thread_id: 't1' } })
    expect(stored.body).toMatchObject([{ parts }, {}])
  })

  it('are whole or not there at all, whatever goes wrong', async () => {
    const { cloud, kept, leftovers } = await start(driver, { env: { FILES_MAX_BYTES: '1000' } })
    const announce = () => cloud.files.generatePresignedUploadUrl({ filename: 'a.png' })
    const before = await leftovers()
    const first = await announce()

    const altered = first.signedUrl.replace(/(?<=signature=)./, (character) =>
      character === '_' ? '-' : '_',
    )
    expect(await problemOf(put(altered, png))).toMatchObject({ status: 401, code: 'token_invalid' })
    const longer = first.signedUrl.replace(/expires=\d/, 'expires=9')
    expect(await problemOf(put(longer, png))).toMatchObject({ code: 'token_invalid' })
    const other = first.signedUrl.replace(/files\/./, 'files/x')
    expect(await problemOf(put(other, png))).toMatchObject({ code: 'token_invalid' })
    // A URL to bring a file is none to fetch it.
    expect((await fetch(first.signedUrl)).status).toBe(401)

    const html = put(first.signedUrl, Buffer.from('<script>'), 'text/html')
    expect(await problemOf(html)).toMatchObject({ status: 415, code: 'unsupported_media_type' })
    const large = put(first.signedUrl, Buffer.alloc(1_001))
    expect(await problemOf(large)).toMatchObject({ status: 413, code: 'payload_too_large' })
    const unannounced = put(first.signedUrl, new Blob([Buffer.alloc(5_000)]).stream())
    expect(await problemOf(unannounced)).toMatchObject({ status: 413 })
    await putHalf(first.signedUrl)
    expect(await kept()).toEqual([])
    await expect.poll(leftovers).toEqual(before)
    await expect(
      cloud.files.generatePresignedDownloadUrl({ key: first.key ?? '' }),
    ).rejects.toMatchObject({ status: 404, code: 'file_not_found' })

    expect((await put(first.signedUrl, png)).status).toBe(200)
    expect(await problemOf(put(first.signedUrl, png))).toMatchObject({ code: 'id_taken' })
    expect(await kept()).toEqual([first.key])
  })
})

describe('attachments', { timeout: 20_000 }, () => {
  it('are those of who brought them first, though another began before', async () => {
    const { cloud, leftovers } = await start('disk')
    const { signedUrl, publicUrl } = await cloud.files.generatePresignedUploadUrl({
      filename: 'a.png',
    })
    const slow = new TransformStream<Uint8Array, Uint8Array>()
    const writer = slow.writable.getWriter()
    const before = await leftovers()
    const second = put(signedUrl, slow.readable)
    await writer.write(Buffer.from('another, '))
    await expect.poll(leftovers).not.toEqual(before)
    expect((await put(signedUrl, png)).status).toBe(200)
    await writer.write(Buffer.from('and longer'))
    await writer.close()
    expect(await problemOf(second)).toMatchObject({ status: 409, code: 'id_taken' })
    expect(Buffer.from(await (await fetch(publicUrl)).arrayBuffer())).toEqual(png)
  })

  it('may be brought once more where they could not be kept', async () => {
    const statuses = [404, 200]
    const s3 = await startPeer((request, answer) => {
      request.resume().on('end', () => answer.writeHead(statuses.shift() ?? 200).end())
    })
    const { cloud } = await start('disk', { env: s3At(s3) })
    const { signedUrl } = await cloud.files.generatePresignedUploadUrl({ filename: 'a.png' })
    expect((await put(signedUrl, png)).status).toBe(503)
    expect((await put(signedUrl, png)).status).toBe(200)
    expect((await put(signedUrl, png)).status).toBe(409)
  })

  it.each(['../a.png', 'a/b', 'a\\b', '..', '', 'a\n.png'])(
    'have no name like %j',
    async (filename) => {
      const { cloud } = await start('disk')
      await expect(cloud.files.generatePresignedUploadUrl({ filename })).rejects.toMatchObject({
        status: 400,
        code: 'invalid_request',
      })
    },
  )

  it.each([
    ['a folder that cannot be', async () => ({ FILES_URL: 'disk:/dev/null/files' })],
    ['an S3 that is not there', async () => s3At(`http://127.0.0.1:${await findFreePort()}`)],
    [
      'an S3 that fails',
      async () => s3At(await startPeer((_, answer) => answer.writeHead(500).end())),
    ],
    [
      'an S3 without the bucket',
      async () => s3At(await startPeer((_, answer) => answer.writeHead(404).end())),
    ],
  ])(
    'are refused as not to be kept by %s, and nothing is left behind',
    async (_name, openPlace) => {
      const lines: string[] = []
      const env = await openPlace()
      const { cloud, leftovers } = await start('disk', { env, onLog: (line) => lines.push(line) })
      const before = await leftovers()
      const { signedUrl, key } = await cloud.files.generatePresignedUploadUrl({ filename: 'a.png' })
      const answer = await put(signedUrl, png)
      expect(answer.headers.get('retry-after')).toBe('1')
      expect(await answer.json()).toMatchObject({ status: 503, code: 'storage_unavailable' })
      expect(lines.join('')).toMatch(/ENOTDIR|ECONNREFUSED|answered PUT with 500|no such bucket/)
      expect(lines.join('')).not.toContain('hush-hush')
      await expect.poll(leftovers).toEqual(before)
      await expect(
        cloud.files.generatePresignedDownloadUrl({ key: key ?? '' }),
      ).rejects.toMatchObject({ status: 404 })
    },
  )

  it('are read once for a question that names them often, and not at all where that is too much', async () => {
    const file = Buffer.alloc(6_000_000)
    let reads = 0
    const s3 = await startPeer((request, answer) => {
      if (request.method === 'GET') reads++
      request.resume().on('end', () => answer.end(request.method === 'GET' ? file : undefined))
    })
    const { upstream, requests } = scriptUpstream(async function* () {
      yield finishBatch
    })
    const { cloud, url } = await start('disk', { env: s3At(s3), upstream })
    const { signedUrl, publicUrl } = await cloud.files.generatePresignedUploadUrl({
      filename: 'a.png',
    })
    await put(signedUrl, file)
    const ask = (times: number) => {
      const part = { type: 'file', mediaType: 'image/png', url: publicUrl }
      const messages = [{ role: 'user', parts: Array.from({ length: times }, () => part) }]
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ messages })
      return fetch(`${url}/api/chat`, { method: 'POST', headers, body })
    }
    expect(await problemOf(ask(9))).toMatchObject({
      status: 413,
      code: 'payload_too_large',
      detail: expect.stringContaining('50000000 bytes together: attach fewer'),
    })
    expect([reads, requests.length]).toEqual([0, 0])
    expect((await ask(8)).status).toBe(200)
    expect([reads, requests.length]).toEqual([1, 1])
    const sent = requests[0]?.messages[0]?.parts.map((part) => 'url' in part && part.url.length)
    expect(sent).toEqual(Array(8).fill(8_000_022))
  })

  it('are had by their owners alone, and nobody can tell whether others have them', async () => {
    const { url } = await start('disk', { env: { AUTH: 'anonymous' } })
    const [mine, theirs] = [0, 1].map(
      () => new AssistantCloud({ baseUrl: url, anonymous: true }),
    ) as [AssistantCloud, AssistantCloud]
    const {
      signedUrl,
      publicUrl,
      key = '',
    } = await mine.files.generatePresignedUploadUrl({
      filename: 'a.png',
    })
    await put(signedUrl, png)
    // Pages show it by its own URL, which nobody can make up.
    expect((await fetch(publicUrl)).status).toBe(200)
    expect((await fetch(publicUrl.replace(/\?.*/, ''))).status).toBe(401)
    expect((await fetch(publicUrl.replace(/=./, '=_'))).status).toBe(401)
    expect((await put(publicUrl, png)).status).toBe(401)
    expect((await mine.files.generatePresignedDownloadUrl({ key })).key).toBe(key)
    const unknown = '00000000-0000-4000-8000-000000000000'
    for (const id of [key, unknown])
      await expect(theirs.files.generatePresignedDownloadUrl({ key: id })).rejects.toMatchObject({
        status: 404,
        message: 'There is no such file.',
      })
  })

  it('that were announced and never brought are forgotten, and a user’s go with the user', async () => {
    const { url, apiKeys, files, kept } = await start('disk', { env: { AUTH: 'api-key' } })
    const { key: apiKey = '' } = (await apiKeys?.create('k')) ?? {}
    const access = { baseUrl: url, apiKey, userId: 'alice', workspaceId: 'w' }
    const cloud = new AssistantCloud(access)
    const announced = await cloud.files.generatePresignedUploadUrl({ filename: 'a.png' })
    const brought = await cloud.files.generatePresignedUploadUrl({ filename: 'b.png' })
    await put(brought.signedUrl, png)
    expect(await files?.removeAbandoned(new Date(Date.now() + 1_000))).toBe(1)
    expect((await put(announced.signedUrl, png)).status).toBe(404)
    expect(await kept()).toEqual([brought.key])
    const headers = { authorization: `Bearer ${apiKey}`, 'aui-workspace-id': 'w' }
    await fetch(`${url}/v1/projects/users/alice`, { method: 'DELETE', headers })
    expect(await kept()).toEqual([])
    await expect(
      cloud.files.generatePresignedDownloadUrl({ key: brought.key ?? '' }),
    ).rejects.toMatchObject({ status: 404 })
  })
})

it('attachments that are removed are gone as far as it came, where it broke off', async () => {
  const { fileRecords: records, close } = await openSqliteStorage(':memory:')
  onTestFinished(close)
  let deletions = 250
  const store: FileStore = {
    keep: async () => undefined,
    read: async () => undefined,
    delete: async () => {
      if (deletions-- === 0) throw new Error('broken off')
    },
  }
  const files = new FileService({ records, store, maxBytes: 1, types: [] })
  for (let count = 0; count < 450; count++) await files.announce(localOwner, 'a.png')
  const rowsLeft = async () => (await records.listOf(localOwner)).length
  await expect(files.removeAll(localOwner)).rejects.toThrow('broken off')
  expect(await rowsLeft()).toBe(250)
  deletions = Infinity
  expect(await files.removeAbandoned(new Date(Date.now() + 1_000))).toBe(250)
  expect(await rowsLeft()).toBe(0)
})

async function start(
  driver: string,
  { env = {}, ...options }: Parameters<typeof startTestServer>[0] = {},
) {
  const folder = await makeTemporaryFolder()
  const place = driver === 'disk' ? { FILES_URL: `disk:${folder}` } : await startS3(folder)
  const server = await startTestServer({ env: { ...place, ...env }, ...options })
  return {
    ...server,
    cloud: new AssistantCloud({ baseUrl: server.url, anonymous: true }),
    /** The ids of what is kept. */
    kept: async () => {
      const names = await readdir(folder, { recursive: true })
      const ids = names.map((name) => /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(name)?.[0])
      return [...new Set(ids.filter((id) => id !== undefined))]
    },
    leftovers: async () =>
      (await readdir(tmpdir())).filter((name) => name.startsWith('assistant-ui-proxy-upload-')),
  }
}

const s3At = (url: string) => ({
  FILES_URL: `s3:${url}/files`,
  S3_ACCESS_KEY_ID: 'a',
  S3_SECRET_ACCESS_KEY: 'hush-hush',
})

async function startS3(directory: string) {
  const port = await findFreePort()
  const s3 = new S3rver({
    port,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: 'files', configs: [] }],
  })
  await s3.run()
  onTestFinished(() => s3.close())
  return {
    FILES_URL: `s3:http://127.0.0.1:${port}/files`,
    S3_ACCESS_KEY_ID: 'S3RVER',
    S3_SECRET_ACCESS_KEY: 'S3RVER',
  }
}

function put(url: string, body: Buffer | ReadableStream, type = 'image/png') {
  return fetch(url, {
    method: 'PUT',
    headers: { 'content-type': type },
    body,
    ...(body instanceof ReadableStream && { duplex: 'half' }),
  } as RequestInit)
}

/** Announces 500 bytes, sends 100, and is gone. */
async function putHalf(url: string): Promise<void> {
  const headers = { 'content-type': 'image/png', 'content-length': '500' }
  const request = httpRequest(url, { method: 'PUT', headers })
  request.on('error', () => undefined)
  request.write(Buffer.alloc(100))
  await new Promise((resolve) => setTimeout(resolve, 100))
  const closed = new Promise((resolve) => request.on('close', resolve))
  request.destroy()
  await closed
}

async function problemOf(answering: Promise<Response>) {
  const response = await answering
  return { ...((await response.json()) as object), status: response.status }
}
