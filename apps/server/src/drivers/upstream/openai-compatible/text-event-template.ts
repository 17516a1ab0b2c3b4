/** After so many events that were like no other, no more are looked at. */
const maxFruitless = 8

const key = '"content":"'
const probe = 'x'

/**
 * The events of a completion mostly differ in one string, the text that came. What stands around it is
 * learned from one event; of another that is the same there, only the text is read, since parsing the
 * whole is most of what a chunk costs.
 */
export class TextEventTemplate {
  #head = ''
  #tail = ''
  #fruitless = 0

  /** @returns the text of an event like the one that was learned; undefined: parse it */
  read(data: string): string | undefined {
    if (!this.#fits(data)) return undefined
    this.#fruitless = 0
    const text = data.slice(this.#head.length, data.length - this.#tail.length)
    // Without these two, what stands between quotes is the string itself.
    return text.includes('"') || text.includes('\\') ? parseString(text) : text
  }

  /**
   * Learns from an event that says nothing but text.
   * @param textOf finds the text of such an event; undefined for every other
   */
  learn<Event>(data: string, textOf: (event: Event) => string | undefined): void {
    if (this.#fruitless >= maxFruitless || this.#fits(data)) return
    this.#fruitless++
    const begin = data.indexOf(key) + key.length
    const end = data.indexOf('"', begin)
    const head = data.slice(0, begin)
    const tail = data.slice(end)
    try {
      // What was found may be part of something else: then this reads otherwise.
      if (textOf(JSON.parse(head + probe + tail) as Event) !== probe) return
    } catch {
      return
    }
    this.#head = head
    this.#tail = tail
  }

  // Slices are compared a word at a time, `startsWith` and `endsWith` a character at a time.
  #fits(data: string): boolean {
    const { length } = this.#head
    const end = data.length - this.#tail.length
    return (
      length > 0 &&
      end >= length &&
      data.slice(0, length) === this.#head &&
      data.slice(end) === this.#tail
    )
  }
}

/** @returns undefined where the text is not the inside of one JSON string */
function parseString(text: string): string | undefined {
  try {
    return JSON.parse(`"${text}"`) as string
  } catch {
    return undefined
  }
}
