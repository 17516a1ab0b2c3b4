/** Scripts that are written without spaces: each of their characters is a word. */
const unspaced =
  '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}'
const wordPattern = new RegExp(`[${unspaced}]|[[\\p{L}\\p{N}\\p{M}]--[${unspaced}]]+`, 'gv')

const maxWordLength = 64
/** So much of a text is indexed, in UTF-16 units. */
const maxTextLength = 200_000

/** The words of a text as they are compared: in lower case, without accents. Each once. */
export function wordsOf(text: string): string[] {
  // Most words of a text stand in it more than once: each is folded once.
  const written = new Set(text.slice(0, maxTextLength).match(wordPattern))
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

export interface Place {
  readonly start: number
  readonly end: number
}

/** Where in a text the words that are looked for stand, in its order. */
export function* placesOf(text: string, { words, beginning }: WordQuery): Generator<Place> {
  for (const { 0: word, index } of text.matchAll(wordPattern)) {
    const folded = fold(word)
    const isMeant =
      words.includes(folded) || (beginning !== undefined && folded.startsWith(beginning))
    if (isMeant) yield { start: index, end: index + word.length }
  }
}

function fold(word: string): string {
  return word
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .slice(0, maxWordLength)
}
