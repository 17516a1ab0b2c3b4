import type { Agent } from 'undici'
import { AppError } from '../../../app-error.ts'
import type { Batch, Upstream, UpstreamRequest } from '../../../chat/upstream.ts'
import type { Sink } from '../../../sink.ts'
import { SharedCall } from '../shared-call.ts'
import { streamEvents } from '../stream-events.ts'
import { OpenAiMapping } from './openai-mapping.ts'
import { toolCallIdsOf, toOpenAiMessages, toOpenAiTools } from './openai-messages.ts'
import { listOpenAiModels } from './openai-models.ts'
import { nameAuthor } from './provider-metadata.ts'

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
  #defaultModel: string | undefined
  /** Until the server turns out to be one that does not know the question. */
  #asksForUsage = true
  readonly #findingDefaultModel = new SharedCall((signal) => this.#findDefaultModel(signal))

  constructor(agent: Agent, { baseUrl, apiKey, model }: OpenAiCompatibleOptions) {
    this.#agent = agent
    this.description = `openai-compatible, ${model ?? 'the first model'} at ${baseUrl}`
    this.#baseUrl = baseUrl
    this.#url = new URL(`${baseUrl}/chat/completions`)
    this.#headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }
    this.#defaultModel = model
  }

  async stream(request: UpstreamRequest, sink: Sink<Batch>, signal: AbortSignal): Promise<void> {
    const { messages, tools = {} } = request
    const model =
      request.model ?? this.#defaultModel ?? (await this.#findingDefaultModel.join(signal))
    const author = nameAuthor(this.#url, model)
    const ask = (asksForUsage: boolean) => {
      const body = {
        model,
        messages: toOpenAiMessages(messages, author),
        tools: toOpenAiTools(tools),
        stream: true,
        ...(asksForUsage && { stream_options: { include_usage: true } }),
      }
      const exchange = { url: this.#url, headers: this.#headers, body, signal }
      const mapping = new OpenAiMapping({ tools, takenIds: toolCallIdsOf(messages), author })
      return streamEvents(this.#agent, exchange, mapping, sink)
    }
    try {
      await ask(this.#asksForUsage)
    } catch (error) {
      if (!this.#asksForUsage || !isAboutUsage(error)) throw error
      await ask(false)
      this.#asksForUsage = false
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

/** Whether a server, such as Mistral's, refuses a request because it asks how many tokens it took. */
function isAboutUsage(error: unknown): boolean {
  return (
    error instanceof AppError &&
    error.problem.code === 'upstream_rejected' &&
    error.cause instanceof Error &&
    error.cause.message.includes('stream_options')
  )
}
