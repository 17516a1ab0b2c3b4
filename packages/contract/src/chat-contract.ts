import { initContract } from '@ts-rest/core'
import { z } from 'zod'
import { callSettingsSchema, modelConfigSchema } from './call-settings.ts'
import { idSchema } from './id.ts'
import { isToolPart, type ToolPart } from './message-part.ts'
import { chatMessageSchema, type ChatMessage } from './message.ts'
import { modelSchema } from './model.ts'
import { bodyProblems, commonProblems, problemSchema } from './problem.ts'
import { toolsSchema } from './tool.ts'

const c = initContract()

/**
 * The body of `POST /api/chat`. Fields that clients of the AI SDK add beside these are ignored; those that
 * assistant-ui's add (`system`, `tools`, `callSettings`, `config`) reach the upstream.
 *
 * `id` is the thread; an unknown id makes the thread, and without one nothing is stored.
 * With `parent_id` the branch up to that message is read from storage (null: there is none), so
 * `messages` holds only what is new; without it `messages` is the whole branch, first to last.
 */
export const chatBodySchema = z
  .object({
    id: idSchema.optional(),
    parent_id: idSchema.nullable().optional(),
    messages: z
      .array(chatMessageSchema)
      .min(1, 'must not be empty')
      .refine(
        (messages) => messages.length === 0 || isAnswerable(messages.at(-1)),
        'must end with a message of the user, or a reply with the results of its tools',
      ),
    system: z.string().optional(),
    /** One of `GET /api/models`; the upstream's default where it is left out. */
    model: modelSchema.shape.id.optional(),
    tools: toolsSchema.optional(),
    callSettings: callSettingsSchema.optional(),
    config: modelConfigSchema.optional(),
    trigger: z.enum(['submit-message', 'regenerate-message']).optional(),
    messageId: idSchema.optional(),
  })
  .superRefine(({ id, parent_id: parentId, messages }, { addIssue }) => {
    if (typeof parentId === 'string' && id === undefined)
      addIssue({ code: 'custom', path: ['id'], message: 'must be set, since parent_id is in it' })
    const ids = new Set<string>()
    for (const [index, message] of messages.entries())
      if (message.id !== undefined && ids.size === ids.add(message.id).size)
        addIssue({
          code: 'custom',
          path: ['messages', index, 'id'],
          message: 'is the id of another message of this request',
        })
  })
  .transform((body): typeof body => ({ ...body, model: body.model ?? body.config?.modelName }))

function isAnswerable(last: ChatMessage | undefined): boolean {
  if (last?.role !== 'assistant') return last?.role === 'user'
  return last.parts.some((part) => isToolPart(part) && isAnswered(part))
}

/** Whether the call has its result, or the user has said whether it may be made: then whoever made it goes on. */
function isAnswered({ state }: ToolPart): boolean {
  return state.startsWith('output-') || state === 'approval-responded'
}

export type ChatBody = z.input<typeof chatBodySchema>
export type ChatRequest = z.output<typeof chatBodySchema>

const chatReplySchema = z.object({ role: z.literal('assistant'), content: z.string() })

export type ChatReply = z.infer<typeof chatReplySchema>

// Headers are told in words: their schemas would not reach those who install the package.
const threadParams = z.object({ thread_id: idSchema })

const eventStream = c.otherResponse({
  contentType: 'text/event-stream',
  body: c.type<ReadableStream<Uint8Array> | string>(),
})

export const chatContract = c.router(
  {
    send: {
      method: 'POST',
      path: '/api/chat',
      body: chatBodySchema,
      responses: {
        200: c.otherResponse({
          contentType: 'text/event-stream',
          body: c.type<ReadableStream<Uint8Array> | string | ChatReply>(),
        }),
        404: problemSchema,
        406: problemSchema,
        409: problemSchema,
        ...bodyProblems,
        422: problemSchema,
        502: problemSchema,
        504: problemSchema,
      },
      summary: 'Send messages; the reply streams',
      description:
        'The answer follows Accept: text/event-stream (default) is the UI message stream, ' +
        'text/plain the text as it comes, application/json {role, content}. In a thread, the id of ' +
        'the user’s message, or the header Idempotency-Key, names the reply: sent again, it joins it. ' +
        'The header x-resumable-stream-id tells assistant-ui’s transport what to resume.',
    },
    resume: {
      method: 'GET',
      path: '/api/chat/:thread_id/stream',
      pathParams: threadParams,
      responses: { 200: eventStream, 204: c.noBody(), 409: problemSchema },
      summary: 'Follow the reply that is being written',
      description:
        'With Last-Event-ID exactly what follows that event, without it the whole reply so far and ' +
        'then what comes. 204 where nothing is being written; 409 where the part that is asked for is ' +
        'not kept any more: read the messages.',
    },
    stop: {
      method: 'POST',
      path: '/api/chat/:thread_id/stop',
      pathParams: threadParams,
      body: c.noBody(),
      responses: { 200: z.object({ stopped: z.boolean() }), 409: problemSchema },
      summary: 'Stop the reply that is being written',
      description:
        'Answers when the upstream is closed and the reply stored, with whether there was one.',
    },
    models: {
      method: 'GET',
      path: '/api/models',
      responses: { 200: z.array(modelSchema), 502: problemSchema, 504: problemSchema },
      summary: 'The models that a chat may ask for',
    },
  },
  { commonResponses: commonProblems },
)
