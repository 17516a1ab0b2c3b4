import { describe, expect, it } from 'vitest'
import { parseWordQuery, placesOf, wordsOf } from './words.ts'

describe('wordsOf', () => {
  it.each([
    ['The quick, QUICK fox!', ['the', 'quick', 'fox']],
    ['Crème brûlée in Zürich', ['creme', 'brulee', 'in', 'zurich']],
    ['Привет, мир', ['привет', 'мир']],
    ['東京タワー', ['東', '京', 'タ', 'ワ', 'ー']],
    ['GPT4の値段', ['gpt4', 'の', '値', '段']],
    ['node:http, a_b c-d', ['node', 'http', 'a', 'b', 'c', 'd']],
    ['🙂 … ́', []],
  ])('%s', (text, words) => {
    expect(wordsOf(text)).toEqual(words)
  })

  it('bounds what a text can cost', () => {
    expect(wordsOf('x'.repeat(1_000))[0]).toHaveLength(64)
    expect(wordsOf(`a${'𓀀'.repeat(40)}`)).toEqual([`a${'𓀀'.repeat(31)}`])
    const many = Array.from({ length: 100_000 }, (_, index) => `w${index}`).join(' ')
    expect(wordsOf(many).length).toBeLessThan(40_000)
  })
})

describe('parseWordQuery', () => {
  it('takes the last word for one that is not whole yet, unless it is ended or short', () => {
    expect(parseWordQuery('blue whal')).toEqual({ words: ['blue'], beginning: 'whal' })
    expect(parseWordQuery('blue whale ')).toEqual({
      words: ['blue', 'whale'],
      beginning: undefined,
    })
    expect(parseWordQuery('blue w')).toEqual({ words: ['blue', 'w'], beginning: undefined })
    expect(parseWordQuery('…')).toEqual({ words: [], beginning: undefined })
  })
})

describe('placesOf', () => {
  it('finds words as they are written', () => {
    const text = 'Crème and CREMES, not cre'
    const found = [...placesOf(text, parseWordQuery('creme'))]
    expect(found.map(({ start, end }) => text.slice(start, end))).toEqual(['Crème', 'CREMES'])
  })
})
