import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { startPeer } from '../../tests/peer.ts'
import { S3FileStore } from './s3-file-store.ts'

const keys = { accessKeyId: 'a', secretAccessKey: 'b', region: 'us-east-1' }

it('gives a file that takes longer than the store may take to answer', async () => {
  const url = await startPeer(async (_request, response) => {
    response.write('first, ')
    await wait(1_500)
    response.end('last')
  })
  const store = new S3FileStore({ ...keys, url }, { timeoutMs: 1_000 })
  const bytes = await store.read('id')
  expect(bytes && (await text(bytes))).toBe('first, last')
})

it('does not wait for a store that does not answer', async () => {
  const store = new S3FileStore(
    { ...keys, url: await startPeer(() => undefined) },
    { timeoutMs: 50 },
  )
  await expect(store.read('id')).rejects.toMatchObject({
    problem: { code: 'storage_unavailable' },
    cause: { message: 'the file store did not answer GET within 50 ms' },
  })
})
