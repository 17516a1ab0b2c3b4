/** Of its fields `type` and `index` say which it is, or a part of which. */
export type ReasoningDetail = Readonly<Record<string, unknown>>

/** What grows from event to event. */
const growing: ReadonlySet<string> = new Set(['text', 'summary'])

/**
 * A model's reasoning as OpenRouter wants it back, put together from the pieces in which it comes: those
 * of one type with one index are one, but what is encrypted comes whole.
 * @see OpenRouter's documentation, “Preserving reasoning blocks”
 */
export class ReasoningDetails {
  readonly #details: Record<string, unknown>[] = []

  add(pieces: readonly ReasoningDetail[]): void {
    for (const piece of pieces) {
      const begun = this.#details.findLast(
        ({ type, index }) => type === piece['type'] && index === piece['index'],
      )
      if (begun === undefined || piece['type'] === 'reasoning.encrypted')
        this.#details.push({ ...piece })
      else grow(begun, piece)
    }
  }

  /** Undefined where there is none. */
  get all(): readonly ReasoningDetail[] | undefined {
    return this.#details.length > 0 ? this.#details : undefined
  }
}

function grow(begun: Record<string, unknown>, piece: ReasoningDetail): void {
  for (const [name, value] of Object.entries(piece)) {
    const before = begun[name]
    if (growing.has(name) && typeof before === 'string' && typeof value === 'string')
      begun[name] = before + value
    else if (value !== null) begun[name] = value
  }
}
