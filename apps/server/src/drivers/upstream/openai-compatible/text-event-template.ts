/** After so many events that were like no other, no more are looked at. */
const maxFruitless = 8

const key = '"content":"'
const probe = 'x'

/**
 * The events of a completion mostly differ in one string, the text that came. What stands around it is
 * learned from one event; another that is the same there needs no parsing, which is most of what a
 * chunk costs.
 */
export class TextEventTemplate {
  #head = ''
  #tail = ''
  #fruitless = 0

  /** @returns the text of an event like the one that was learned; undefined: parse it */
  read(data: string): string | undefined {
    const end = data.length - this.#tail.length
    if (this.#head === '' || end < this.#head.length) return undefined
    if (!data.startsWith(this.#head) || !data.endsWith(this.#tail)) return undefined
    const text = data.slice(this.#head.length, end)
    // Without these two, what stands between quotes is the string itself.
    if (text.includes('"') || text.includes('\\')) return undefined
    this.#fruitless = 0
    return text
  }

  /**
   * Learns from an event that says nothing but text.
   * @param textOf finds the text of such an event; undefined for every other
   */
  learn<Event>(data: string, textOf: (event: Event) => string | undefined): void {
    if (this.#fruitless >= maxFruitless) return
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
}
