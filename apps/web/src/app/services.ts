import type { ChatStreamOptions } from '@assistant-ui-proxy/contract'
import { checkServer, checkServerAfter, client, queryClient } from '../lib/api.ts'
import { bodyOf } from '../lib/problem.ts'
import { ChatRegistry } from '../features/chat/chat-registry.ts'
import { chosenModel } from '../features/models/chosen-model.ts'
import { ThreadActivity } from '../features/threads/thread-activity.ts'
import { createThreadListAdapter } from '../features/threads/thread-list-adapter.ts'

// Made once, outside of what is mounted: a reply streams on whatever the page shows.

export const activity = new ThreadActivity()

export const chats = new ChatRegistry({
  source: {
    // Not through the query cache: it would give the answer to a question that was asked before.
    load: async (threadId) =>
      bodyOf(await client.threads.messages({ params: { thread_id: threadId } }), 200),
    send: (body, options) => {
      const model = chosenModel()
      return client.chat.stream({ ...body, ...(model && { model }) }, withCheck(options))
    },
    follow: (threadId, options) => client.chat.follow(threadId, withCheck(options)),
    stop: async (threadId) =>
      bodyOf(await client.chat.stop({ params: { thread_id: threadId } }), 200).stopped,
  },
  onSend: (threadId) => {
    activity.note(threadId)
    threadList.pages.found(threadId)
  },
  onGone: (threadId) => threadList.lost(threadId),
  onProblem: checkServerAfter,
})

/** A connection that breaks is a reason to ask at once whether the server is there. */
function withCheck(options: ChatStreamOptions): ChatStreamOptions {
  return {
    ...options,
    onConnection: (state) => {
      options.onConnection?.(state)
      checkServer()
    },
  }
}

export const threadList = createThreadListAdapter({
  client,
  queryClient,
  idForNew: (localId) => chats.idForNew(localId),
  whenTaken: async (threadId) => chats.find(threadId)?.whenTaken(),
  unsentThreads: () => chats.unsentThreads(),
  isKnownHere: (threadId) => chats.hasUnsent(threadId),
  onDelete: (threadId) => chats.forget(threadId),
})
