import {
  accumulate,
  createClient,
  emptyReply,
  ProblemError,
  textOfParts,
  type Thread,
  type UIMessageChunk,
} from '@assistant-ui-proxy/contract'

declare const process: { readonly argv: readonly string[] }

const client = createClient(process.argv[2] ?? '', {
  headers: () => ({ authorization: 'Bearer token' }),
})

const created = await client.threads.create({ body: { title: 'From outside' } })
if (created.status !== 201) throw new Error(`status ${created.status}`)
const thread: Thread = created.body

const listed = await client.threads.list({ query: { limit: 10 } })
const titles: (string | null)[] = listed.status === 200 ? listed.body.map((each) => each.title) : []

let reply = emptyReply
const types: UIMessageChunk['type'][] = []
const messages = [{ role: 'user' as const, content: 'Hello' }]
for await (const chunk of client.chat.stream({ id: thread.id, messages })) {
  types.push(chunk.type)
  reply = accumulate(reply, [chunk])
}

const missing = await client.threads.get({ params: { thread_id: 'missing' } })
const code: string = missing.status === 404 ? missing.body.code : 'none'
const refusal: unknown = await client.threads
  .get({ params: { thread_id: '../../admin' } })
  .catch((error: unknown) => (error instanceof ProblemError ? error.problem.code : error))

const { id } = thread
const text = textOfParts(reply.parts)
console.log(JSON.stringify({ id, titles, types, text, status: reply.status, code, refusal }))
