/** About as often as words come in English: each half as often as the one of half its rank. */
const vocabulary = Array.from({ length: 20_000 }, (_, rank) => wordOf(rank))

/** A source of numbers from 0 to 1 that gives the same ones each time (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export function createText(random: () => number, words: number): string {
  return Array.from({ length: words }, () => pickWord(random)).join(' ')
}

/** Common ones more often: what people look for is not what is rare. */
export function pickWord(random: () => number): string {
  return vocabulary[Math.floor(vocabulary.length ** random()) - 1] ?? ''
}

/** Of one to six syllables, and different for each rank. */
function wordOf(rank: number): string {
  const consonants = 'bcdfghjklmnprstvz'
  const vowels = 'aeiou'
  let word = ''
  for (let left = rank + 1; left > 0; left = Math.floor(left / 85)) {
    const syllable = left % 85
    word += (consonants[Math.floor(syllable / 5)] ?? '') + (vowels[syllable % 5] ?? '')
  }
  return word
}
