import { createHash } from 'node:crypto'

/**
 * Who wrote a part, and what of it goes back to its author alone: DeepSeek and Kimi refuse a conversation
 * whose tool calls are without their reasoning, Gemini one whose calls are without their signatures; Groq,
 * Mistral and Cerebras refuse one that has either.
 */
interface Authorship {
  readonly author: string
  /** Of a tool call, as it came. */
  readonly extra_content?: unknown
}

type ProviderMetadata = Readonly<Record<string, unknown>>

const provider = 'openai-compatible'

/** A model at a server, in a word that tells nobody where that is. */
export function nameAuthor({ origin, pathname }: URL, model: string): string {
  return createHash('sha256')
    .update(`${origin}${pathname} ${model}`)
    .digest('base64url')
    .slice(0, 16)
}

export function metadataOf(authorship: Authorship) {
  return { [provider]: authorship }
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
