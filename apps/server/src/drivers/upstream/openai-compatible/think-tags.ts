const begin = '<think>'
const end = '</think>'

/** White space before the first tag, in UTF-16 units; more is not waited through. */
const maxMargin = 64

interface Split {
  readonly thought: string
  readonly said: string
}

/**
 * Takes what a model thinks out of a text that begins with it, between `<think>` and `</think>`: so does
 * MiniMax send it, and any server that does not know how its model marks it. Such tags further behind
 * are part of what is said. White space around the two is left out.
 */
export class ThinkTags {
  #place: 'before' | 'inside' | 'behind' | 'over' = 'before'
  /** What may turn out to be part of a tag, or white space that is left out. */
  #held = ''
  #hasThought = false

  /** @param text that follows the one before; cut anywhere */
  split(text: string): Split {
    if (this.#place === 'over') return { thought: '', said: text }
    this.#held += text
    if (this.#place === 'before') this.#lookForBegin()
    return { thought: this.#takeThought(), said: this.#takeSaid() }
  }

  /** What was held back, where something else follows. */
  rest(): Split {
    const held = this.#held
    this.#held = ''
    return this.#place === 'inside' ? { thought: held, said: '' } : { thought: '', said: held }
  }

  #lookForBegin(): void {
    const text = this.#held.trimStart()
    if (this.#held.length - text.length > maxMargin || !isLike(text, begin)) {
      this.#place = 'over'
    } else if (text.startsWith(begin)) {
      this.#place = 'inside'
      this.#held = text.slice(begin.length)
    }
  }

  #takeThought(): string {
    if (this.#place !== 'inside') return ''
    if (!this.#hasThought) this.#held = this.#held.trimStart()
    const endAt = this.#held.indexOf(end)
    const thought = this.#held.slice(0, endAt === -1 ? mayEndAt(this.#held) : endAt)
    this.#held = this.#held.slice(endAt === -1 ? thought.length : endAt + end.length)
    if (endAt !== -1) this.#place = 'behind'
    this.#hasThought ||= thought !== ''
    return thought
  }

  #takeSaid(): string {
    if (this.#place === 'before' || this.#place === 'inside') return ''
    const said = this.#place === 'behind' ? this.#held.trimStart() : this.#held
    this.#held = ''
    if (said !== '') this.#place = 'over'
    return said
  }
}

/** Whether a text begins with the tag, as far as it goes. */
function isLike(text: string, tag: string): boolean {
  return text.startsWith(tag) || tag.startsWith(text)
}

/** Where what a text ends with may be the beginning of the tag; its length where there is none. */
function mayEndAt(text: string): number {
  let length = Math.min(text.length, end.length - 1)
  while (!text.endsWith(end.slice(0, length))) length--
  return text.length - length
}
