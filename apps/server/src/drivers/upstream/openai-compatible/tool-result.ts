import type { ToolPart } from '@assistant-ui-proxy/contract'
import { z } from 'zod'

/** What a tool's call came to, in words: servers of chat completions take nothing else. */
export function toolResultOf(tool: ToolPart): string {
  switch (tool.state) {
    case 'output-available':
      return wordsOf(tool.output)
    case 'output-error':
      return `Error: ${tool.errorText ?? 'the tool failed'}`
    case 'output-denied':
      return 'The user did not allow this call.'
    default:
      return 'The call was not carried out.'
  }
}

/** How assistant-ui sends a result of which the model is told something else than the page shows. */
const envelopeSchema = z.object({
  __aui_modelContent: z.array(z.object({ text: z.string().optional() })),
  value: z.unknown(),
})

function wordsOf(output: unknown): string {
  if (typeof output === 'string') return output
  const { data } = envelopeSchema.safeParse(output)
  if (data === undefined) return JSON.stringify(output ?? null)
  const { __aui_modelContent: content, value } = data
  return content.map(({ text = '' }) => text).join('') || wordsOf(value)
}
