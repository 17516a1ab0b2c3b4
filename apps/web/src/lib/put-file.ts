import { createProblem, parseProblem, ProblemError } from '@assistant-ui-proxy/contract'

/**
 * Brings a file to a URL. `fetch` cannot tell how far it has come.
 * @param onProgress from 0 to 1
 * @throws ProblemError, or the signal's reason once it is aborted
 */
export function putFile(
  url: string,
  file: File,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (progress: number) => void },
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const request = new XMLHttpRequest()
  request.open('PUT', url)
  request.setRequestHeader('content-type', file.type)
  request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(loaded / total))
  request.addEventListener('load', () => {
    if (request.status >= 200 && request.status < 300) resolve()
    else reject(new ProblemError(parseProblem(request.responseText) ?? unreachable()))
  })
  request.addEventListener('error', () => reject(new ProblemError(unreachable())))
  request.addEventListener('abort', () => reject(signal.reason))
  signal.addEventListener('abort', () => request.abort(), { once: true })
  request.send(file)
  return promise
}

function unreachable() {
  return createProblem('server_unreachable', 'The file did not reach the server. Try again.')
}
