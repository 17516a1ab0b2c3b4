export const introduction = `Hello! I am the **demo model** of assistant-ui-proxy. I run inside your server, offline, so that
you can see the whole path work before you connect a real model. Ask me for

- a **table**, or some **code**
- to **think** aloud before I answer
- an answer of **400 words**, or any other number
- a **slow** answer, to try the stop button or switch threads meanwhile
- an **error** in mid-stream, to see how failure looks`

export const howToConnect = `To talk to a real assistant, set \`OPENAI_BASE_URL\` or \`ASSISTANT_UI_BASE_URL\` in \`.env\`.`

export const tableSample = `Here is a table of what a stream can carry:

| Chunk | What it is | In this reply |
| --- | --- | :-: |
| \`text-delta\` | a piece of the answer | yes |
| \`reasoning-delta\` | a piece of the thinking before it | when asked |
| \`finish\` | the end of a whole reply | yes |
| \`error\` | the end of a broken one | when asked |`

export const codeSample = `Here is some code that reads this very stream:

\`\`\`ts
import { createClient } from '@assistant-ui-proxy/contract'

const client = createClient('http://localhost:8000')
const messages = [{ role: 'user' as const, content: 'Hello' }]

for await (const chunk of client.chat.stream({ messages })) {
  if (chunk.type === 'text-delta') process.stdout.write(chunk.delta)
}
\`\`\``

export const reasoning =
  'The question asks me to think aloud. I have no model behind me, so my thinking is a ' +
  'recording: first I would find out what is known, then what is asked, then the ' +
  "shortest way between the two. A real model's reasoning arrives on the same path, as " +
  'parts of its own, and folds away when the answer begins.'

const sentences = [
  'A stream is a promise kept one piece at a time.',
  'The server writes down each word before it trusts the network with it.',
  'When the line breaks, what was said is still there.',
  'A reader who comes late starts at the beginning and misses nothing.',
  'Stop means stop, and what was written until then remains.',
  'Every failure says what it is and what to do about it.',
]

const words = sentences.join(' ').split(' ')

/** A text of exactly so many words, in paragraphs. */
export function wordsOf(count: number): string {
  let text = ''
  for (let index = 0; index < count; index++) {
    const separator = index === 0 ? '' : index % (words.length * 2) === 0 ? '\n\n' : ' '
    text += separator + words[index % words.length]
  }
  return text
}
