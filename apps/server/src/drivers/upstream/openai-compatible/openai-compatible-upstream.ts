import type { Agent } from 'undici'
import { AppError } from '../../../app-error.ts'
import type { Batch, Upstream, UpstreamRequest } from '../../../chat/upstream.ts'
import type { Sink } from '../../../sink.ts'
import { SharedCall } from '../shared-call.ts'
import { streamEvents } from '../stream-events.ts'
import { OpenAiMapping } from './openai-mapping.ts'
import { toolCallIdsOf, toOpenAiMessages, toOpenAiTools } from './openai-messages.ts'
import { listOpenAiModels } from './openai-models.ts'
import { toOpenAiSettings } from './openai-settings.ts'
import { nameAuthor } from './provider-metadata.ts'
import { withShortCallIds } from './short-call-ids.ts'

export interface OpenAiCompatibleOptions {
  /** Up to and including the version, such as `https://api.openai.com/v1`. */
  readonly baseUrl: string
  readonly apiKey: string | undefined
  /** Asked where a request names none. Undefined: the first that the server lists. */
  readonly model: string | undefined
}

/** Any server of chat completions: OpenAI, Ollama, vLLM, LiteLLM, OpenRouter, llama.cpp. */
export class OpenAiCompatibleUpstream implements Upstream {
  readonly name = 'openai-compatible'
  readonly description: string
  readonly #agent: Agent
  readonly #baseUrl: string
  readonly #url: URL
  readonly #headers: Readonly<Record<string, string>>
  readonly #secrets: readonly string[]
  #defaultModel: string | undefined
  /** What models were found not to take, by author. */
  readonly #refused = new Map<string, ReadonlySet<Extra>>()
  readonly #findingDefaultModel = new SharedCall((signal) => this.#findDefaultModel(signal))

  constructor(agent: Agent, { baseUrl, apiKey, model }: OpenAiCompatibleOptions) {
    this.#agent = agent
    this.description = `openai-compatible, ${model ?? 'the first model'} at ${baseUrl}`
    this.#baseUrl = baseUrl
    this.#url = new URL(`${baseUrl}/chat/completions`)
    this.#headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }
    this.#secrets = apiKey === undefined ? [] : [apiKey]
    this.#defaultModel = model
  }

  async stream(request: UpstreamRequest, sink: Sink<Batch>, signal: AbortSignal): Promise<void> {
    const { messages, tools = {} } = request
    const model =
      request.model ?? this.#defaultModel ?? (await this.#findingDefaultModel.join(signal))
    const author = nameAuthor(this.#url, model)
    const refused = new Set(this.#refused.get(author))
    for (;;) {
      const said = toOpenAiMessages(messages, author, !refused.has('reasoning'))
      const body = {
        model,
        messages: refused.has('tool_calls') ? withShortCallIds(said) : said,
        tools: toOpenAiTools(tools),
        ...toOpenAiSettings(request, refused.has('max_tokens') ? newLimitName : 'max_tokens'),
        stream: true,
        ...(!refused.has('stream_options') && { stream_options: { include_usage: true } }),
      }
      const exchange = { url: this.#url, headers: this.#headers, body, signal }
      const calls = { tools, takenIds: toolCallIdsOf(messages), author }
      const mapping = new OpenAiMapping(calls, this.#secrets)
      try {
        await streamEvents(this.#agent, exchange, mapping, sink)
        if (refused.size > 0) this.#refused.set(author, refused)
        return
      } catch (error) {
        const extra = mapping.hasBegun ? undefined : refusedExtra(error)
        const isGiven = extra && (extra in body || said.some((message) => extra in message))
        if (!isGiven || refused.has(extra)) throw error
        refused.add(extra)
      }
    }
  }

  async listModels() {
    const ids = await listOpenAiModels(this.#agent, this.#baseUrl, this.#headers)
    const defaultModel = this.#defaultModel ?? ids[0]
    return ids.map((id) => ({ id, is_default: id === defaultModel }))
  }

  async #findDefaultModel(signal: AbortSignal): Promise<string> {
    const [model] = await listOpenAiModels(this.#agent, this.#baseUrl, this.#headers, signal)
    if (model === undefined)
      throw new AppError(
        'upstream_rejected',
        'The model server has no model. Give it one, or set OPENAI_MODEL.',
      )
    return (this.#defaultModel = model)
  }
}

/**
 * What a request has that some servers want and others refuse: the question how many tokens it took, which
 * Mistral's does not know; what was said as `reasoning`, which vLLM wants back, and Groq and Cerebras refuse;
 * the older name of the limit, under which OpenAI's models that think do not take it; and tool calls under
 * ids that another model gave them.
 */
type Extra = 'stream_options' | 'reasoning' | 'max_tokens' | 'tool_calls'

const newLimitName = 'max_completion_tokens'

/** What a server says that it refuses a request for. */
function refusedExtra(error: unknown): Extra | undefined {
  const isRejection = error instanceof AppError && error.problem.code === 'upstream_rejected'
  if (!isRejection || !(error.cause instanceof Error)) return undefined
  const { message } = error.cause
  if (message.includes('stream_options')) return 'stream_options'
  if (message.includes(newLimitName)) return 'max_tokens'
  if (/\btool.calls?\b.*\bid\b/i.test(message)) return 'tool_calls'
  return /\breasoning\b/.test(message) ? 'reasoning' : undefined
}
