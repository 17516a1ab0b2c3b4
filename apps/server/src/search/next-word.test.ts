import { expect, it } from 'vitest'
import { nextWord } from './next-word.ts'

const unspaced =
  '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}'
const pattern = new RegExp(`[${unspaced}]|[[\\p{L}\\p{N}\\p{M}]--[${unspaced}]]+`, 'gv')

it('finds what a pattern over the whole text finds, whatever its characters', () => {
  const everyCharacter = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code))
  const text = everyCharacter.join('')
  const places = []
  for (let place = nextWord(text, 0); place; place = nextWord(text, place.end)) places.push(place)
  const matches = [...text.matchAll(pattern)]
  expect(places).toEqual(
    matches.map(({ 0: word, index }) => ({ start: index, end: index + word.length })),
  )
})

it.each([
  ['', 0, undefined],
  [' … ', 0, undefined],
  ['one two', 3, { start: 4, end: 7 }],
  ['at 𝒳𝒴, 𠮷𠮷', 2, { start: 3, end: 7 }],
  ['at 𝒳𝒴, 𠮷𠮷', 7, { start: 9, end: 11 }],
  ['half a pair \ud835', 11, undefined],
])('in "%s" from %d on finds %o', (text, from, place) => {
  expect(nextWord(text, from)).toEqual(place)
})
