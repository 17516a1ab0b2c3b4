import type {
  CallSettings,
  ChatMessage,
  Model,
  Tools,
  UIMessageChunk,
} from '@assistant-ui-proxy/contract'
import type { Sink } from '../sink.ts'

export interface UpstreamRequest {
  /** The conversation, first to last; ends with what the user wrote, or with a reply and its tools' results. */
  readonly messages: readonly ChatMessage[]
  /** Undefined: the upstream's default. */
  readonly model?: string | undefined
  /** What the reader's side can do, by name. */
  readonly tools?: Tools | undefined
  readonly callSettings?: CallSettings | undefined
  /** How long the model is to think, in a word that it knows. */
  readonly reasoningEffort?: string | undefined
}

/** Chunks in the order in which they came. */
export type Batch = readonly UIMessageChunk[]

interface CircuitState {
  /** The upstream's name. */
  readonly upstream: string
  /** `open` lets nothing through, `half-open` one call to see. */
  readonly circuit: 'closed' | 'half-open' | 'open'
}

/** Something that answers: a model, or a server in front of one. */
export interface Upstream {
  readonly name: string
  /** What it is and where, for the person who starts the server; no credentials. */
  readonly description: string
  /**
   * Asks for one reply. Each batch is what one read from the network held, given in that read's own
   * turn; while the sink has no room, nothing is read. Resolves when the upstream has ended: a whole
   * reply had its `finish` by then, one without broke off.
   * @param signal aborts the exchange and closes the connection
   * @throws AppError `upstream_*`, and what the sink throws
   */
  stream(request: UpstreamRequest, sink: Sink<Batch>, signal: AbortSignal): Promise<void>
  /** The models that a request may name; none where there is no choice. @throws AppError `upstream_*` */
  listModels(): Promise<readonly Model[]>
  /** Whether circuit breakers let calls through, its own and those of its fallbacks; absent: there are none. */
  circuits?(): readonly CircuitState[]
}

/**
 * What asks an upstream for a title: the system message before the conversation. The demo knows it by these
 * words, also behind another server.
 */
export const titleInstruction =
  'Write a title for this conversation: at most six words, in its language, without quotes and ' +
  'without a full stop. Answer with the title only.'
