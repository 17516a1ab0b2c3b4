/** Of a text, in UTF-16 units. */
export interface TextSpan {
  readonly start: number
  readonly end: number
}

/** Scripts that are written without spaces: each of their characters is a word. */
const unspaced =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/v
const partOfWord = /[\p{L}\p{N}\p{M}]/v

const isBetweenWords = 1
const isPartOfWord = 2
const isWord = 3

/** What each code point is in a text, once it has come: patterns over whole texts take thrice as long. */
const kinds = new Uint8Array(0x110000)

/** @returns where the first word stands that begins at `from` or after it */
export function nextWord(text: string, from: number): TextSpan | undefined {
  let start = -1
  for (let at = from; at < text.length;) {
    const codePoint = text.codePointAt(at) ?? 0
    const kind = kinds[codePoint] || learnKind(codePoint)
    const next = at + (codePoint > 0xffff ? 2 : 1)
    if (kind === isPartOfWord) {
      if (start === -1) start = at
    } else if (start !== -1) return { start, end: at }
    else if (kind === isWord) return { start: at, end: next }
    at = next
  }
  return start === -1 ? undefined : { start, end: text.length }
}

function learnKind(codePoint: number): number {
  const character = String.fromCodePoint(codePoint)
  const kind = unspaced.test(character)
    ? isWord
    : partOfWord.test(character)
      ? isPartOfWord
      : isBetweenWords
  kinds[codePoint] = kind
  return kind
}
