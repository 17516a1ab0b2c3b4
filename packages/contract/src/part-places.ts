import { isToolPart, type MessagePart } from './message-part.ts'

/**
 * Where in a message's parts the tool calls and the data with an id stand. Whoever looked for them part
 * by part would need minutes for a reply of some 10,000 of them.
 */
export class PartPlaces {
  readonly #parts: readonly MessagePart[]
  readonly #places = new Map<string, number[]>()
  /** May name a part that is not there any more, or has been asked about anew. */
  readonly #approvals = new Map<string, number>()
  /** How many of the parts have been looked at: none until the first is asked for. */
  #seen = 0

  /** @param parts may be added to, and changed in all but their types and ids */
  constructor(parts: readonly MessagePart[]) {
    this.#parts = parts
  }

  /** @returns the last place of the call, or -1 */
  ofTool(toolCallId: string): number {
    return this.#lastOf(toolKey(toolCallId))
  }

  /** @returns the place of the data, or -1 */
  ofData(type: string, id: string): number {
    return this.#lastOf(dataKey(type, id))
  }

  /** @returns the place of the call that the approval is asked for, or -1 */
  ofApproval(approvalId: string): number {
    this.#look()
    const place = this.#approvals.get(approvalId) ?? -1
    const part = this.#parts[place]
    return part && isToolPart(part) && part.approval?.id === approvalId ? place : -1
  }

  setApproval(approvalId: string, place: number): void {
    this.#approvals.set(approvalId, place)
  }

  /** Before the parts from `length` on are dropped. */
  dropFrom(length: number): void {
    for (const part of this.#parts.slice(length, this.#seen)) {
      const key = keyOf(part)
      if (key !== undefined) this.#places.get(key)?.pop()
    }
    this.#seen = Math.min(this.#seen, length)
  }

  #lastOf(key: string): number {
    this.#look()
    return this.#places.get(key)?.at(-1) ?? -1
  }

  #look(): void {
    for (; this.#seen < this.#parts.length; this.#seen++) {
      const part = this.#parts[this.#seen]
      const key = part && keyOf(part)
      if (key === undefined) continue
      const places = this.#places.get(key)
      if (places) places.push(this.#seen)
      else this.#places.set(key, [this.#seen])
      if (part && isToolPart(part) && part.approval) this.setApproval(part.approval.id, this.#seen)
    }
  }
}

function keyOf(part: MessagePart): string | undefined {
  if (isToolPart(part)) return toolKey(part.toolCallId)
  if (!part.type.startsWith('data-') || !('id' in part) || part.id === undefined) return undefined
  return dataKey(part.type, part.id)
}

const toolKey = (toolCallId: string) => `tool:${toolCallId}`

/** With the length, since either may have any character. */
const dataKey = (type: string, id: string) => `${type.length}:${type}${id}`
