import type { ServerResponse } from 'node:http'

/** Aborts when the client leaves before the answer is whole; it may have left already. */
export function leaveSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  const close = () => {
    if (!response.writableFinished) controller.abort()
  }
  if (response.destroyed) close()
  else response.once('close', close)
  return controller.signal
}
