import type { ActiveReply } from './active-reply.ts'
import type { ChatSource } from './chat-source.ts'

/** A question that was just sent may reach the server after the wish to stop its reply. */
const maxTries = 5
const retryMs = 300

/** Has the server stop a reply, unless it has ended by then. @throws ProblemError */
export async function stopReply(
  source: ChatSource,
  threadId: string,
  reply: ActiveReply,
): Promise<void> {
  for (let tries = 0; tries < maxTries && !reply.isRead; tries++) {
    if (await source.stop(threadId)) return
    await new Promise((resolve) => setTimeout(resolve, retryMs))
  }
}
