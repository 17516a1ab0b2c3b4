import { hash } from 'node:crypto'

/**
 * What of a part goes back to its author alone: DeepSeek and Kimi refuse a conversation whose tool calls are
 * without their reasoning, Gemini one whose calls are without their signatures, for which OpenRouter has a
 * form of its own; newer vLLM forgets what it is not given back as `reasoning`. Groq, Mistral and Cerebras
 * refuse a conversation that has them.
 */
interface WantedBack {
  /** The name under which reasoning came, if not as `reasoning_content`. */
  readonly field?: ReasoningField | undefined
  /** Of a tool call, as it came. */
  readonly extra_content?: unknown
  /** Of the step that the part is in. */
  readonly reasoning_details?: unknown
}

interface Authorship extends WantedBack {
  readonly author: string
}

/** Mistral's `thinking` is not wanted back; what came between tags in the text goes back between them. */
export type ReasoningField = 'reasoning' | 'thinking' | '<think>'

type ProviderMetadata = Readonly<Record<string, unknown>>

const provider = 'openai-compatible'

/** A model at a server, in a word that tells nobody where that is. */
export function nameAuthor({ origin, pathname }: URL, model: string): string {
  return hash('sha256', `${origin}${pathname} ${model}`, 'base64url').slice(0, 16)
}

export function metadataOf(author: string, wanted: WantedBack = {}) {
  return { [provider]: { author, ...wanted } satisfies Authorship }
}

/** @returns undefined where somebody else wrote the part, or nobody knows who */
export function authorshipOf(
  metadata: ProviderMetadata | undefined,
  author: string,
): Authorship | undefined {
  const found = metadata?.[provider]
  return isAuthorship(found) && found.author === author ? found : undefined
}

function isAuthorship(value: unknown): value is Authorship {
  return typeof value === 'object' && value !== null && 'author' in value
}
