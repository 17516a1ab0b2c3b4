import type { ServerResponse } from 'node:http'

/** Aborts when the client leaves before the answer is whole. */
export function leaveSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) controller.abort()
  })
  return controller.signal
}
