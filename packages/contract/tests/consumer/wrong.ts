import { createClient, type Thread } from '@assistant-ui-proxy/contract'

const client = createClient('http://127.0.0.1:8000')

// Each of these lines must fail to compile, with the code in its comment.
await client.threads.create({ body: { titel: 'a' } }) // TS2561
await client.threads.update({ params: { thread_id: 'a' }, body: { is_archived: 'yes' } }) // TS2322
client.chat.stream({ messages: [{ role: 'bot', content: 'a' }] }) // TS2322
export const titleOf = (thread: Thread) => thread.name // TS2339
for await (const chunk of client.chat.stream({ messages: [{ role: 'user', content: 'a' }] }))
  if (chunk.type === 'text-delta') console.log(chunk.text) // TS2339
const answer = await client.threads.get({ params: { thread_id: 'a' } })
if (answer.status === 200) console.log(answer.body.detail) // TS2339
