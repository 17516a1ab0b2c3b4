import type { UIMessageChunk } from '@assistant-ui-proxy/contract'
import type { Transform } from 'node:stream'
import type { Agent, Dispatcher } from 'undici'
import type { Batch } from '../../chat/upstream.ts'
import type { Sink } from '../../sink.ts'
import { createDecompressor } from './decompressor.ts'
import { EventMapper, type EventMapping } from './event-mapper.ts'
import { Refusal } from './refusal.ts'
import { connectionError, interruption } from './upstream-errors.ts'

export interface EventRequest {
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body: unknown
  readonly signal: AbortSignal
}

/**
 * Posts JSON and maps the events of the answer: what one read made whole is one batch, mapped and given
 * in the read's own turn. Redirects are not followed: credentials must not reach another host.
 * @throws AppError `upstream_*`
 */
export function streamEvents(
  agent: Agent,
  request: EventRequest,
  mapping: EventMapping,
  sink: Sink<Batch>,
): Promise<void> {
  return new EventExchange(request, mapping, sink).run(agent)
}

const eventStream = 'text/event-stream'

/** After the last event that matters, an answer gets this to end, so that its connection is kept. */
const drainTimeoutMs = 1_000
const drainLimitBytes = 65_536

/** One request and its answer, as undici tells of it. */
class EventExchange implements Dispatcher.DispatchHandler {
  readonly #request: EventRequest
  readonly #mapper: EventMapper
  readonly #sink: Sink<Batch>
  readonly #ended = Promise.withResolvers<void>()
  #controller: Dispatcher.DispatchController | undefined
  #decompressor: Transform | undefined
  #state: 'asked' | 'answered' | 'over' = 'asked'
  #refusal: Refusal | undefined
  #drainedBytes = 0
  #drainTimer: NodeJS.Timeout | undefined

  constructor(request: EventRequest, mapping: EventMapping, sink: Sink<Batch>) {
    this.#request = request
    this.#mapper = new EventMapper(mapping)
    this.#sink = sink
  }

  run(agent: Agent): Promise<void> {
    const { signal } = this.#request
    if (signal.aborted) {
      this.#leave()
    } else {
      signal.addEventListener('abort', this.#leave, { once: true })
      this.#ask(agent)
    }
    return this.#ended.promise
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // Left while the connection was being made.
    if (this.#state === 'over') controller.abort(disconnected)
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200 || this.#state === 'over') return
    const header = (name: string) => headers[name]?.toString()
    // Some servers say no type. Others tell of a failure as JSON with status 200.
    const type = header('content-type')?.toLowerCase() ?? eventStream
    if (status !== 200 || !type.startsWith(eventStream))
      return this.#hear(new Refusal(status, header('retry-after'), this.#secrets()))
    this.#state = 'answered'
    this.#decompressor = createDecompressor(header('content-encoding'))
      ?.on('data', (bytes: Buffer) => this.#read(bytes))
      .on('drain', () => controller.resume())
      .on('end', () => this.#close())
      .on('error', (error) => this.#disconnect(this.#failure(error)))
  }

  onResponseData(controller: Dispatcher.DispatchController, bytes: Buffer): void {
    if (this.#state === 'over') {
      this.#drainedBytes += bytes.length
      if (this.#drainedBytes > drainLimitBytes) controller.abort(disconnected)
    } else if (this.#refusal !== undefined) {
      if (!this.#refusal.add(bytes)) this.#end(this.#refusal.toError())
    } else if (this.#decompressor === undefined) {
      this.#read(bytes)
    } else if (!this.#decompressor.write(bytes)) {
      controller.pause()
    }
  }

  onResponseEnd(): void {
    clearTimeout(this.#drainTimer)
    if (this.#refusal !== undefined) this.#settle(this.#refusal.toError())
    else if (this.#state === 'over' || this.#decompressor === undefined) this.#close()
    else this.#decompressor.end()
  }

  onResponseError(_controller: unknown, cause: Error): void {
    clearTimeout(this.#drainTimer)
    this.#settle(this.#failure(cause))
  }

  #ask(agent: Agent): void {
    const { url, headers, body } = this.#request
    agent.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: eventStream,
          'accept-encoding': 'identity',
          ...headers,
        },
        body: JSON.stringify(body),
      },
      this,
    )
  }

  readonly #leave = () => this.#disconnect(this.#request.signal.reason)

  #read(bytes: Buffer): void {
    if (this.#state === 'over') return
    const chunks: UIMessageChunk[] = []
    let hasLast = false
    try {
      hasLast = this.#mapper.map(bytes, chunks)
    } catch (error) {
      this.#give(chunks)
      return this.#disconnect(error)
    }
    this.#give(chunks)
    if (hasLast) this.#end()
  }

  #give(chunks: UIMessageChunk[]): void {
    if (chunks.length === 0) return
    try {
      const room = this.#sink(chunks)
      if (room !== undefined) this.#pauseFor(room)
    } catch (error) {
      this.#disconnect(error)
    }
  }

  #pauseFor(room: Promise<void>): void {
    const source = this.#decompressor ?? this.#controller
    source?.pause()
    room.then(
      () => source?.resume(),
      (error: unknown) => this.#disconnect(error),
    )
  }

  /** The answer has ended by itself. */
  #close(): void {
    if (this.#state === 'over') return
    const chunks: UIMessageChunk[] = []
    this.#mapper.close(chunks)
    this.#give(chunks)
    this.#settle(undefined)
  }

  /** What is still to come does not matter; reading it, within bounds, keeps the connection. */
  #end(error?: unknown): void {
    if (this.#state === 'over') return
    this.#settle(error)
    const drop = () => this.#controller?.abort(disconnected)
    this.#drainTimer = setTimeout(drop, drainTimeoutMs)
    this.#controller?.resume()
  }

  /** Gives up the connection. */
  #disconnect(error: unknown): void {
    this.#settle(error)
    this.#controller?.abort(disconnected)
  }

  #settle(error: unknown): void {
    if (this.#state === 'over') return
    this.#state = 'over'
    clearTimeout(this.#drainTimer)
    this.#request.signal.removeEventListener('abort', this.#leave)
    this.#decompressor?.destroy()
    if (error === undefined) this.#ended.resolve()
    else this.#ended.reject(error)
  }

  /** What an upstream says in place of a stream; it is not waited for long. */
  #hear(refusal: Refusal): void {
    this.#refusal = refusal
    this.#drainTimer = setTimeout(() => this.#disconnect(refusal.toError()), drainTimeoutMs)
  }

  /** The values of the headers that hold credentials. */
  #secrets(): string[] {
    const { authorization } = this.#request.headers ?? {}
    return authorization === undefined ? [] : [authorization.replace(/^Bearer /, '')]
  }

  #failure(cause: Error): unknown {
    if (this.#refusal !== undefined) return this.#refusal.toError()
    return this.#state === 'answered'
      ? interruption(cause)
      : connectionError(this.#request.url.origin, cause)
  }
}

const disconnected = new Error('The exchange was given up.')
