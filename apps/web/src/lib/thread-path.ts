/** `/t/<id>` is a thread, `/` a new chat. */
export const threadPattern = /^\/(?:t\/(?<thread_id>[^/]+)\/?)?$/

/** @param threadId undefined for a new chat */
export function threadPath(threadId: string | undefined): string {
  return threadId === undefined ? '/' : `/t/${threadId}`
}
