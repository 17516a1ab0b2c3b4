import { nextWord, type TextSpan } from './next-word.ts'

const maxWordLength = 64
/** So much of a text is indexed, in UTF-16 units. */
const maxTextLength = 200_000

/** The words of a text as they are compared: in lower case, without accents. Each once. */
export function wordsOf(text: string): string[] {
  const indexed = text.slice(0, maxTextLength)
  // Most words of a text stand in it more than once: each is folded once.
  const written = new Set<string>()
  for (let place = nextWord(indexed, 0); place; place = nextWord(indexed, place.end))
    written.add(indexed.slice(place.start, place.end))
  const words = new Set([...written].map(fold))
  words.delete('')
  return [...words]
}

/** What is looked for: all of these, each whole, or as the beginning of a word. */
export interface WordQuery {
  readonly words: readonly string[]
  readonly beginning: string | undefined
}

/** A shorter one may begin too many words. */
const minBeginningLength = 3

/** Who still types has not ended the last word. */
export function parseWordQuery(text: string): WordQuery {
  const words = wordsOf(text)
  const last = words.at(-1) ?? ''
  const isOpen = last.length >= minBeginningLength && /[\p{L}\p{N}]$/u.test(text)
  return isOpen ? { words: words.slice(0, -1), beginning: last } : { words, beginning: undefined }
}

/** Where in a text the words that are looked for stand, in its order. */
export function* placesOf(text: string, { words, beginning }: WordQuery): Generator<TextSpan> {
  for (let place = nextWord(text, 0); place; place = nextWord(text, place.end)) {
    const folded = fold(text.slice(place.start, place.end))
    const isMeant =
      words.includes(folded) || (beginning !== undefined && folded.startsWith(beginning))
    if (isMeant) yield place
  }
}

function fold(word: string): string {
  const folded = word
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
  if (folded.length <= maxWordLength) return folded
  // Half a character is none: PostgreSQL takes no text that has one.
  return folded.slice(0, maxWordLength).replace(/[\uD800-\uDBFF]$/, '')
}
