import { describe, expect, it } from 'vitest'
import { writeDemoReply, writeDemoTitle } from './demo-reply.ts'

const textOf = (question: string) =>
  writeDemoReply(question)
    .parts.filter(({ kind }) => kind === 'text')
    .map(({ text }) => text)
    .join('')

describe('writeDemoReply', () => {
  it('says what it is and how to connect a real model when greeted', () => {
    expect(textOf('Hello')).toMatch(/demo model.*ASSISTANT_UI_BASE_URL/s)
    expect(textOf('What can you do?')).toMatch(/demo model.*ASSISTANT_UI_BASE_URL/s)
  })

  it('echoes anything else, line by line', () => {
    expect(textOf('The sky\nis low')).toContain('> The sky\n> is low')
  })

  it.each([1, 2, 400, 1_500])('writes %i words when asked', (count) => {
    expect(textOf(`Write ${count} words`).split(/\s+/)).toHaveLength(count)
    expect(textOf(`a ${count.toLocaleString('en')}-word essay`).split(/\s+/)).toHaveLength(count)
  })

  it('writes no more than 20,000 words', () => {
    expect(textOf('999999 words').split(/\s+/)).toHaveLength(20_000)
  })

  it('shows a table and code when asked for them', () => {
    expect(textOf('a table and some code')).toMatch(/\| --- \|.*```ts/s)
  })

  it('thinks before it answers when asked to', () => {
    expect(writeDemoReply('Think about it').parts.map(({ kind }) => kind)).toEqual([
      'reasoning',
      'text',
    ])
  })

  it('is slow, or fails, when asked to', () => {
    expect(writeDemoReply('slowly').wordDelayMs).toBeGreaterThan(writeDemoReply('hi').wordDelayMs)
    expect(writeDemoReply('an error').fails).toBe(true)
    expect(writeDemoReply('hi').fails).toBe(false)
  })
})

it('a title is the first words, without markup and final punctuation', () => {
  const { parts } = writeDemoTitle('## What *is* the\nmatter with you? I wonder.')
  expect(parts).toEqual([{ kind: 'text', text: 'What is the matter with you' }])
})
