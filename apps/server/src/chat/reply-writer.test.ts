import { setTimeout as delay } from 'node:timers/promises'
import type { UIMessageChunk } from '@assistant-ui-proxy/contract'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { storageUnavailable } from '../app-error.ts'
import { localOwner } from '../identity/owner.ts'
import type { ReplyGrowth, ThreadStore } from '../threads/thread-store.ts'
import { GrowingReply } from './growing-reply.ts'
import { ReplyWriter } from './reply-writer.ts'

const log = pino({ level: 'silent' })

describe('ReplyWriter', () => {
  it('asks a storage that hangs once at a time, and lets no end wait for more than that', async () => {
    let saves = 0
    const writer = writerTo(async () => {
      saves++
      await delay(300)
      throw storageUnavailable(new Error('it hangs'))
    })
    const reply = growingReply('r')
    for (let count = 0; count < 100; count++) {
      say(reply, 'word ')
      void writer.note(reply)
      await delay(20)
    }
    expect(saves).toBeLessThan(5)
    const endedAtMs = performance.now()
    say(reply, 'end', { type: 'finish' })
    await expect(writer.finish(reply)).rejects.toMatchObject({
      problem: { code: 'storage_unavailable' },
    })
    expect(performance.now() - endedAtMs).toBeLessThan(1_000)
  })

  it('tells of an end that was refused while it was written with what had grown', async () => {
    const stored: ReplyGrowth[] = []
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    const writer = writerTo(async (growths) => {
      await held
      if (JSON.stringify(growths).includes('poison')) throw new Error('refused')
      stored.push(...growths)
    })
    const [first, second] = [growingReply('first'), growingReply('second')]
    say(first, 'slow', { type: 'finish' })
    const ending = writer.finish(first)
    say(second, 'poison')
    void writer.note(second)
    // By then it is to be written behind the first, and takes the end along.
    await delay(200)
    say(second, '', { type: 'finish' })
    setTimeout(release, 50)
    await expect(writer.finish(second)).rejects.toThrow('refused')
    await ending
    expect(stored.at(-1)).toMatchObject({ messageId: 'second', chunks: [{ type: 'error' }] })
  })

  it('lets a reply wait no longer for a storage that does not take it', async () => {
    const writer = writerTo(async () => {
      throw new Error('refused')
    })
    const reply = growingReply('r')
    say(reply, 'x'.repeat(300_000))
    await expect(writer.note(reply)).rejects.toThrow('refused')
  })

  it('tells that an end was refused as soon as the storage is there to hear it', async () => {
    const stored: ReplyGrowth[] = []
    let saves = 0
    const writer = writerTo(async (growths) => {
      saves++
      if (saves === 1) throw new Error('refused')
      if (saves === 2) throw storageUnavailable(new Error('it is away'))
      stored.push(...growths)
    })
    const reply = growingReply('r')
    say(reply, 'poison', { type: 'finish' })
    await expect(writer.finish(reply)).rejects.toThrow('refused')
    await expect
      .poll(() => stored, { timeout: 3_000 })
      .toMatchObject([{ position: 0, chunks: [{ type: 'error' }] }])
  })
})

function writerTo(saveReplies: ThreadStore['saveReplies']): ReplyWriter {
  return new ReplyWriter({ saveReplies }, log)
}

function growingReply(messageId: string): GrowingReply {
  return new GrowingReply({ owner: localOwner, messageId, runId: null })
}

function say(reply: GrowingReply, delta: string, ...more: UIMessageChunk[]): void {
  reply.add([{ type: 'text-delta', id: '0', delta }, ...more], delta.length)
}
