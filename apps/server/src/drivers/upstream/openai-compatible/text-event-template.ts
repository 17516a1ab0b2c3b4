/** After so many events that were like no other, no more are looked at. */
const maxFruitless = 8

const key = '"content":"'
const probe = 'x'

const quote = 0x22
const backslash = 0x5c
const space = 0x20

/** Texts of one read, as it holds them, without what stands around them. */
export interface TextEvents {
  readonly text: string
  /** How many bytes the events take. */
  readonly length: number
}

/**
 * The events of a completion mostly differ in one string, the text that came. What stands around it is
 * learned from one event; of others that are the same there, byte for byte, only the text is read. To
 * decode, split and parse the whole is most of what a chunk costs.
 */
export class TextEventTemplate {
  #dataHead = ''
  #dataTail = ''
  #head = Buffer.alloc(0)
  #tail = Buffer.alloc(0)
  /** From one text to the next. */
  #between = Buffer.alloc(0)
  #fruitless = 0

  /**
   * Reads what bytes that begin with an event begin with: events like the one that was learned.
   * @returns undefined where there are none, and where one is not what it looks like: parse them
   */
  read(bytes: Buffer): TextEvents | undefined {
    const tail = this.#tail
    if (this.#head.length === 0 || !isAt(bytes, 0, this.#head)) return undefined
    if (texts.length < bytes.length) texts = Buffer.allocUnsafeSlow(bytes.length)
    let length = 0
    let size = 0
    let isAscii = true
    let isEscaped = false
    let at = this.#head.length
    for (;;) {
      // A character is not cut in two by events, so that their texts can be decoded as one.
      if (isContinuation(bytes[at])) break
      let end = size
      for (; at < bytes.length; at++) {
        const byte = bytes[at] ?? 0
        if (byte === quote || byte < space) break
        if (byte === backslash) {
          isEscaped = true
          texts[end++] = byte
          texts[end++] = bytes[++at] ?? 0
        } else {
          if (byte > 0x7f) isAscii = false
          texts[end++] = byte
        }
      }
      const isFollowed = isAt(bytes, at, this.#between)
      if (!isFollowed && !isAt(bytes, at, tail)) break
      length = at + tail.length
      size = end
      if (!isFollowed) break
      at += this.#between.length
    }
    if (length === 0) return undefined
    const text = textOfTexts(size, isAscii, isEscaped)
    if (text === undefined) return undefined
    this.#fruitless = 0
    return { text, length }
  }

  /**
   * Learns from an event that says nothing but text.
   * @param textOf finds the text of such an event; undefined for every other
   */
  learn<Event>(data: string, textOf: (event: Event) => string | undefined): void {
    if (this.#fruitless >= maxFruitless || this.#knows(data)) return
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
    this.#dataHead = head
    this.#dataTail = tail
    // As most servers write it; events in another form are parsed.
    this.#head = Buffer.from(`data: ${head}`)
    this.#tail = Buffer.from(`${tail}\n\n`)
    this.#between = Buffer.concat([this.#tail, this.#head])
  }

  /** Also one that comes to be parsed, since a read cut it. */
  #knows(data: string): boolean {
    const { length } = this.#dataHead
    return length > 0 && data.startsWith(this.#dataHead) && data.endsWith(this.#dataTail)
  }
}

/** For the texts of the read that is being looked at: no turn ends before they are a string. */
let texts = Buffer.allocUnsafeSlow(65_536)

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** @returns undefined where they are no UTF-8, or not the inside of a JSON string */
function textOfTexts(size: number, isAscii: boolean, isEscaped: boolean): string | undefined {
  try {
    const text = isAscii ? texts.toString('latin1', 0, size) : utf8.decode(texts.subarray(0, size))
    return isEscaped ? (JSON.parse(`"${text}"`) as string) : text
  } catch {
    return undefined
  }
}

function isAt(bytes: Buffer, at: number, part: Buffer): boolean {
  const end = at + part.length
  return end <= bytes.length && bytes.compare(part, 0, part.length, at, end) === 0
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80
}
