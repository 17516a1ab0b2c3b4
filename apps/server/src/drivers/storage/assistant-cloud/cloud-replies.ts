import { emptyReply, type Message } from '@assistant-ui-proxy/contract'
import { problemOf } from '../../../app-error.ts'
import type { Owner } from '../../../identity/owner.ts'
import type { ReplyGrowth } from '../../../threads/thread-store.ts'
import type { AssistantCloudAccess } from '../../cloud-access.ts'
import { grow, type GrownReply } from '../grown-reply.ts'
import { BoundedMap } from './bounded-map.ts'
import { clientFor, expectStatus } from './cloud-client.ts'
import { contentOfReply } from './cloud-rows.ts'
import { keyOf, type CloudIds } from './cloud-ids.ts'

interface KnownReply extends GrownReply {
  readonly runId: string | null
  readonly writtenAtMs: number
}

/** Far more than there are at a time. */
const rememberedReplies = 50_000

/** The replies that grow. The wire takes whole messages only, so what they say so far is kept here. */
export class CloudReplies {
  readonly #access: AssistantCloudAccess
  readonly #places: BoundedMap<CloudIds>
  readonly #growthIntervalMs: number
  /** Also those that have ended: a save that is repeated must not begin them anew. */
  readonly #known = new BoundedMap<KnownReply>(rememberedReplies)

  constructor(
    access: AssistantCloudAccess,
    places: BoundedMap<CloudIds>,
    growthIntervalMs: number,
  ) {
    this.#access = access
    this.#places = places
    this.#growthIntervalMs = growthIntervalMs
  }

  /**
   * Each for itself: what one fails with does not keep the others from being saved.
   * @throws AppError what one of them fails with
   */
  async save(growths: readonly ReplyGrowth[]): Promise<void> {
    const saved = await Promise.allSettled(growths.map((growth) => this.#save(growth)))
    const failures = saved.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
    // Who hears that the storage is not available comes again, for all of them.
    const passing = failures.find((failure) => problemOf(failure)?.code === 'storage_unavailable')
    if (failures.length > 0) throw passing ?? failures[0]
  }

  /** A run goes on with a reply, which says so much so far. */
  resume(owner: Owner, { id, parts }: Pick<Message, 'id' | 'parts'>, runId: string | null): void {
    const reply = { ...emptyReply, parts }
    this.#known.set(keyOf(owner, id), { reply, length: 0, runId, writtenAtMs: -Infinity })
  }

  /** Writes what a reply says so far. */
  async write(owner: Owner, messageId: string): Promise<void> {
    const known = this.#known.get(keyOf(owner, messageId))
    if (known !== undefined) await this.#write(owner, messageId, known)
  }

  async #save({ owner, messageId, runId, position, chunks }: ReplyGrowth): Promise<void> {
    const key = keyOf(owner, messageId)
    const known = this.#known.get(key)
    if (known !== undefined && (known.runId !== runId || hasEnded(known))) return
    const { writtenAtMs = -Infinity, ...before } = known ?? { reply: emptyReply, length: 0 }
    const grown = { ...grow(before, [{ position, chunks }]), runId, writtenAtMs }
    const isDue = performance.now() - writtenAtMs >= this.#growthIntervalMs
    if (isDue || hasEnded(grown)) await this.#write(owner, messageId, grown)
    else this.#known.set(key, grown)
  }

  /** Where it fails, what is known stays what it was, and what was to be added comes again. */
  async #write(owner: Owner, messageId: string, known: KnownReply): Promise<void> {
    const key = keyOf(owner, messageId)
    const place = this.#places.get(key)
    if (place === undefined) return
    const asking = clientFor(this.#access, owner).messages.update({
      params: { thread_id: place.threadId, message_id: place.messageId },
      body: { content: contentOfReply(known.reply) },
    })
    // A thread that is gone by now takes none.
    await expectStatus(asking, 200, 404)
    const { status } = known.reply
    const reply = hasEnded(known) ? { ...emptyReply, status } : known.reply
    this.#known.set(key, { ...known, reply, writtenAtMs: performance.now() })
  }
}

function hasEnded({ reply }: GrownReply): boolean {
  return reply.status !== 'streaming'
}
