import type { RemoteThreadListAdapter } from '@assistant-ui/react'
import { createAssistantStream } from 'assistant-stream'
import type { Client, Thread, ThreadUpdate } from '@assistant-ui-proxy/contract'
import type { QueryClient } from '@tanstack/react-query'
import { bodyOf } from '../../lib/problem.ts'
import { ThreadPages, type Section } from './thread-pages.ts'

export interface ThreadListAdapterOptions {
  readonly client: Client
  readonly queryClient: QueryClient
  /** The id for a thread that so far exists in this page only. */
  readonly idForNew: (localId: string) => string
  /** Resolves once the server has a thread that was begun here. */
  readonly whenTaken: (threadId: string) => Promise<void>
  /** The threads that so far exist on this browser only, with what begins them. */
  readonly unsentThreads: () => readonly { readonly id: string; readonly text: string }[]
  /** Whether a thread that the server does not know may yet be opened. */
  readonly isKnownHere: (threadId: string) => boolean
  /** It is gone for good. */
  readonly onDelete: (threadId: string) => void
}

type Metadata = Awaited<ReturnType<RemoteThreadListAdapter['fetch']>>

export interface ThreadListAdapter extends RemoteThreadListAdapter {
  readonly pages: ThreadPages
  /** A thread was deleted elsewhere. What is begun anew under its id is not called as it was. */
  lost(threadId: string): void
}

/** assistant-ui's thread list over the contract. All that it reads goes through the query cache. */
export function createThreadListAdapter({
  client,
  queryClient,
  idForNew,
  whenTaken,
  unsentThreads,
  isKnownHere,
  onDelete,
}: ThreadListAdapterOptions): ThreadListAdapter {
  /** A list that was read before a title was given must not take it away again. */
  const titles = new Map<string, string>()

  const pages = new ThreadPages((section: Section, after) => {
    const query = { is_archived: section === 'archived', ...(after !== undefined && { after }) }
    return queryClient.fetchQuery({
      queryKey: ['threads', query],
      queryFn: async () => bodyOf(await client.threads.list({ query }), 200),
    })
  })

  const update = async (threadId: string, body: ThreadUpdate) => {
    await whenTaken(threadId)
    const answer = await client.threads.update({ params: { thread_id: threadId }, body })
    remember(bodyOf(answer, 200))
  }

  const remember = ({ id, title }: Pick<Thread, 'id' | 'title'>) => {
    if (title !== null) titles.set(id, title)
  }

  const metadataOf = (thread: Thread): Metadata => {
    remember(thread)
    return {
      remoteId: thread.id,
      status: thread.is_archived ? 'archived' : 'regular',
      title: titles.get(thread.id),
      lastMessageAt: new Date(thread.last_message_at),
    }
  }

  const metadataOfUnsent = ({ id, text }: { id: string; text: string }): Metadata => ({
    remoteId: id,
    status: 'regular',
    // Not as its title: that comes when it is sent.
    custom: { unsentText: text },
    lastMessageAt: new Date(),
  })

  return {
    pages,

    lost(threadId) {
      titles.delete(threadId)
      pages.lost(threadId)
    },

    async list({ after } = {}) {
      const threads = after === undefined ? await pages.first() : await pages.next()
      const nextCursor = pages.hasMore ? 'next' : undefined
      const listed = new Set(threads.map(({ id }) => id))
      const unsent = after === undefined ? unsentThreads().filter(({ id }) => !listed.has(id)) : []
      return { threads: [...unsent.map(metadataOfUnsent), ...threads.map(metadataOf)], nextCursor }
    },

    async fetch(threadId) {
      const answer = await queryClient.fetchQuery({
        queryKey: ['threads', threadId],
        queryFn: () => client.threads.get({ params: { thread_id: threadId } }),
      })
      if (answer.status === 404 && isKnownHere(threadId)) {
        const unsent = unsentThreads().find(({ id }) => id === threadId)
        return unsent ? metadataOfUnsent(unsent) : { remoteId: threadId, status: 'regular' }
      }
      return metadataOf(bodyOf(answer, 200))
    },

    // No round trip: the first message makes the thread.
    async initialize(localId) {
      return { remoteId: idForNew(localId) }
    },

    rename: (threadId, title) => update(threadId, { title }),
    archive: (threadId) => update(threadId, { is_archived: true }),
    unarchive: (threadId) => update(threadId, { is_archived: false }),

    async delete(threadId) {
      const answer = await client.threads.delete({ params: { thread_id: threadId } })
      // One that is gone already is as it should be.
      if (answer.status !== 404) bodyOf(answer, 204)
      onDelete(threadId)
    },

    async generateTitle(threadId) {
      await whenTaken(threadId)
      const answer = await client.threads.generateTitle({ params: { thread_id: threadId } })
      const { title } = bodyOf(answer, 200)
      remember({ id: threadId, title })
      return createAssistantStream((controller) => {
        if (title !== null) controller.appendText(title)
      })
    },
  }
}
