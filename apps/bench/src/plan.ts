import { createHash } from 'node:crypto'

/** What the mock model shall do. It travels as the user's message, through every contender. */
export interface Plan {
  readonly id: string
  readonly chunks: number
  /** 0 is as fast as the reader takes them. */
  readonly perSecond: number
  /** Each chunk carries the time at which it was written. */
  readonly isStamped?: boolean | undefined
  /** The answer never begins. */
  readonly isSilent?: boolean | undefined
  /** How often the words stand in a chunk. */
  readonly repeat?: number | undefined
}

// Characters of one to four bytes: a reader that decodes cut bytes does not get them right.
const words = [' the', ' naïve', ' “quote”', ' 你好', ' 🙂', ' line\n', ' token', ' {"a":1}']

export function wordsOf(index: number, repeat = 1): string {
  return (words[index % words.length] ?? '').repeat(repeat)
}

const stampPattern = /@(\d+)¶$/

export function stamp(atMs: number): string {
  return `@${Math.round(atMs * 1_000)}¶`
}

/** When this chunk was written, or undefined where it does not say. */
export function stampOf(text: string): number | undefined {
  const found = stampPattern.exec(text)
  return found === null ? undefined : Number(found[1]) / 1_000
}

/** The last chunk: what all before it must add up to. */
export function seal(text: string): string {
  return `#${createHash('sha256').update(text).digest('hex')}`
}

const sealLength = 65

export function isWhole(text: string): boolean {
  return text.length > sealLength && seal(text.slice(0, -sealLength)) === text.slice(-sealLength)
}
