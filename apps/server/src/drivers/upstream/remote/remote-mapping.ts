import { decodeChunk, isUIMessageChunk, type UIMessageChunk } from '@assistant-ui-proxy/contract'

const done = '[DONE]'
const id = '0'

/**
 * Maps the data of the events of one stream to chunks. The first event tells which of the two forms
 * the stream has: UI message chunks as JSON, or bare text (the original plan). Later texts are not
 * searched for JSON, since a model may well speak of chunks.
 * @throws ProblemError `upstream_protocol` for an event that is no chunk in a stream of chunks
 */
export function createRemoteMapping(): (data: string) => readonly UIMessageChunk[] {
  let form: 'unknown' | 'chunks' | 'text' = 'unknown'
  return (data) => {
    if (form === 'chunks') return chunkOf(data)
    if (form === 'text')
      return data === done
        ? [{ type: 'text-end', id }, { type: 'finish-step' }, { type: 'finish' }]
        : [{ type: 'text-delta', id, delta: data }]
    if (data === done) return [{ type: 'finish' }]
    form = isChunk(data) ? 'chunks' : 'text'
    return form === 'chunks'
      ? chunkOf(data)
      : [
          { type: 'start-step' },
          { type: 'text-start', id },
          { type: 'text-delta', id, delta: data },
        ]
  }
}

/** `[DONE]` says nothing that `finish` has not said. */
function chunkOf(data: string): readonly UIMessageChunk[] {
  const chunk = decodeChunk(data)
  return chunk ? [chunk] : []
}

function isChunk(data: string): boolean {
  try {
    return isUIMessageChunk(JSON.parse(data))
  } catch {
    return false
  }
}
