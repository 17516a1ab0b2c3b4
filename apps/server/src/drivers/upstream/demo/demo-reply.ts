import {
  codeSample,
  howToConnect,
  introduction,
  reasoning,
  tableSample,
  wordsOf,
} from './demo-texts.ts'

export interface DemoReply {
  readonly parts: readonly { readonly kind: 'text' | 'reasoning'; readonly text: string }[]
  readonly wordDelayMs: number
  /** Whether it ends with an error instead. */
  readonly fails: boolean
}

const usualDelayMs = 25
const longDelayMs = 5
const slowDelayMs = 400
const maxWords = 20_000

/** What the demo says to a question: its words choose what is shown off. */
export function writeDemoReply(question: string): DemoReply {
  const asks = (pattern: RegExp) => pattern.test(question)
  const words = Math.min(
    Number(/(\d[\d,.]*)[\s-]*words?\b/i.exec(question)?.[1]?.replace(/\D/g, '') ?? 0),
    maxWords,
  )
  const sections: string[] = []
  if (words > 0) sections.push(wordsOf(words))
  if (asks(/\btables?\b/i)) sections.push(tableSample)
  if (asks(/\b(code|markdown|function|program)\b/i)) sections.push(codeSample)
  if (sections.length === 0) sections.push(answerTo(question))
  const thinks = asks(/\b(think|thinking|reason|reasoning|step by step)\b/i)
  return {
    parts: [
      ...(thinks ? [{ kind: 'reasoning' as const, text: reasoning }] : []),
      { kind: 'text', text: sections.join('\n\n') },
    ],
    wordDelayMs: asks(/\bslow(ly)?\b/i) ? slowDelayMs : words > 0 ? longDelayMs : usualDelayMs,
    fails: asks(/\b(error|fail|failure)\b/i),
  }
}

/** A title as a model would give it: the first words of what was asked. */
export function writeDemoTitle(question: string): DemoReply {
  const words = question
    .replace(/[\s#*`_>|]+/g, ' ')
    .trim()
    .split(' ')
    .slice(0, 6)
    .join(' ')
  const text = words.replace(/[.,;:!?]+$/, '')
  return { parts: [{ kind: 'text', text }], wordDelayMs: 0, fails: false }
}

function answerTo(question: string): string {
  const asksForHelp = /^\W*(hi|hello|hey|help)\b|what (can|do) you|who are you|how do/i.test(
    question,
  )
  if (asksForHelp) return `${introduction}\n\n${howToConnect}`
  const quoted = question
    .trim()
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n')
  return `You said:\n\n${quoted}\n\nI am the demo model: I echo, I do not think. ${howToConnect}`
}
