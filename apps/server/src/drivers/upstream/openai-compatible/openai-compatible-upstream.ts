import type { Agent } from 'undici'
import { AppError } from '../../../app-error.ts'
import type { Batch, Upstream, UpstreamRequest } from '../../../chat/upstream.ts'
import type { Sink } from '../../../sink.ts'
import { SharedCall } from '../shared-call.ts'
import { streamEvents } from '../stream-events.ts'
import { joinMessages } from './join-messages.ts'
import { OpenAiMapping } from './openai-mapping.ts'
import {
  toolCallIdsOf,
  toOpenAiMessages,
  toOpenAiTools,
  type OpenAiMessage,
} from './openai-messages.ts'
import { listOpenAiModels } from './openai-models.ts'
import { toOpenAiSettings } from './openai-settings.ts'
import { nameAuthor } from './provider-metadata.ts'
import { newLimitName, refusedExtra, type Extra } from './refused-extras.ts'
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
      const turns = refused.has('roles in a row') ? joinMessages(said) : said
      const body = {
        model,
        messages: refused.has('tool_calls') ? withShortCallIds(turns) : turns,
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
        if (extra === undefined || refused.has(extra) || !isIn(extra, body, said)) throw error
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

function isIn(extra: Extra, body: object, said: readonly OpenAiMessage[]): boolean {
  if (extra === 'roles in a row') return joinMessages(said).length < said.length
  return extra in body || said.some((message) => extra in message)
}
