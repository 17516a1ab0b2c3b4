import {
  createProblem,
  parseProblem,
  type Problem,
  type UIMessageChunk,
} from '@assistant-ui-proxy/contract'

/** Whether the batch of a reply that has begun goes on to the reader as it is: most do. */
export function goesOnAsItIs(batch: readonly UIMessageChunk[]): boolean {
  for (const { type } of batch)
    if (type === 'start' || type === 'finish' || type === 'abort' || type === 'error') return false
  return true
}

/**
 * What of an upstream's batch goes on to the reader: the reply begins with a `start` of ours, since
 * the id is that of the stored message; nothing follows a terminal chunk; an `error` is taken out and
 * given as a problem, its words only where they are a problem of this product: others may hold keys.
 */
export function readUpstreamBatch(
  batch: readonly UIMessageChunk[],
  begun: boolean,
  replyId: string,
): { chunks: readonly UIMessageChunk[]; problem?: Problem } {
  const chunks: UIMessageChunk[] = []
  let start: UIMessageChunk | undefined
  let problem: Problem | undefined
  for (const chunk of batch) {
    if (chunk.type === 'start') {
      start = { ...chunk, messageId: replyId }
    } else if (chunk.type === 'error') {
      problem = parseProblem(chunk.errorText) ?? unspokenProblem
      break
    } else {
      chunks.push(chunk)
      if (chunk.type === 'finish' || chunk.type === 'abort') break
    }
  }
  // An upstream that starts only to fail has not begun: that is an ordinary problem answer.
  if (!begun && (chunks.length > 0 || (start && !problem)))
    chunks.unshift(start ?? { type: 'start', messageId: replyId })
  return problem ? { chunks, problem } : { chunks }
}

const unspokenProblem = createProblem(
  'upstream_error',
  'The upstream ended the reply with an error.',
)
