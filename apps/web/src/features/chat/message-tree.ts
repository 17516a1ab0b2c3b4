import type {
  Message,
  MessagePart,
  MessageRole,
  MessageStatus,
  Problem,
} from '@assistant-ui-proxy/contract'
import { nanoid } from 'nanoid'

/** One message of a thread, as the page knows it. Never changed: each step gives a new one. */
export interface Row {
  readonly id: string
  readonly parentId: string | null
  readonly role: MessageRole
  readonly parts: readonly MessagePart[]
  readonly status: MessageStatus
  readonly problem: Problem | null
  readonly createdAt: Date
  /** The server does not have it, or not under this id. */
  readonly isLocal: boolean
}

function rowOf(message: Message): Row {
  return {
    id: message.id,
    parentId: message.parent_id,
    role: message.role,
    parts: message.parts,
    status: message.status,
    problem: message.error,
    createdAt: new Date(message.created_at),
    isLocal: false,
  }
}

/** A row that is made here: what the user says, or the reply that is waited for. */
export function newRow(
  role: 'user' | 'assistant',
  parentId: string | null,
  fields: Partial<Row> = {},
): Row {
  return {
    id: nanoid(),
    parentId,
    role,
    parts: [],
    status: role === 'user' ? 'complete' : 'streaming',
    problem: null,
    createdAt: new Date(),
    isLocal: true,
    ...fields,
  }
}

/** The messages of a thread and which of their branches is looked at. */
export class MessageTree {
  #rows = new Map<string, Row>()
  #headId: string | null = null

  /** The last message of the branch that is looked at; always a leaf. */
  get headId(): string | null {
    return this.#headId
  }

  /** Parents before children. */
  rows(): Row[] {
    return [...this.#rows.values()]
  }

  get(id: string): Row | undefined {
    return this.#rows.get(id)
  }

  /** Adds a leaf and looks at its branch. */
  add(row: Row): void {
    this.#rows.set(row.id, row)
    this.#headId = row.id
  }

  /** Puts a leaf in another's place, under an id of its own where it has one. */
  replace(id: string, row: Row): void {
    if (id !== row.id) this.#rows.delete(id)
    this.#rows.set(row.id, row)
    if (this.#headId === id) this.#headId = row.id
  }

  /** Takes a leaf away. */
  remove(id: string): void {
    const parentId = this.#rows.get(id)?.parentId ?? null
    this.#rows.delete(id)
    if (this.#headId === id) this.#headId = this.#leafUnder(parentId)
  }

  /** Looks at the branch that ends with this message. */
  show(leafId: string): void {
    if (this.#rows.has(leafId)) this.#headId = this.#leafUnder(leafId)
  }

  /** The nearest message up from this one, itself included, that the server has. */
  knownAncestor(id: string | null): string | null {
    let row = id === null ? undefined : this.#rows.get(id)
    while (row?.isLocal === true)
      row = row.parentId === null ? undefined : this.#rows.get(row.parentId)
    return row?.id ?? null
  }

  childrenOf(parentId: string | null): Row[] {
    return this.rows().filter((row) => row.parentId === parentId)
  }

  /**
   * Takes over what the server has. A message that has ended stays the same object, so nothing
   * that shows it renders anew; the branch that is looked at stays, as long as it exists. What was
   * said here and never arrived stays too, with the replies to it.
   * @param messages all of the thread's, parents before children
   */
  merge(messages: readonly Message[]): void {
    const rows = new Map<string, Row>()
    for (const message of messages)
      rows.set(message.id, mergeRow(this.#rows.get(message.id), message))
    for (const row of this.#rows.values()) {
      const parent = row.parentId === null ? undefined : rows.get(row.parentId)
      const isUnsent = row.isLocal && (row.role === 'user' || parent?.isLocal === true)
      if (isUnsent && !rows.has(row.id) && (row.parentId === null || parent)) rows.set(row.id, row)
    }
    const head = this.#headId === null ? undefined : this.#rows.get(this.#headId)
    this.#rows = rows
    if (head === undefined) this.#headId = this.#newestLeaf()
    else if (rows.has(head.id)) this.#headId = this.#leafUnder(head.id)
    else this.#headId = this.#leafUnder(rows.has(head.parentId ?? '') ? head.parentId : null)
  }

  /** Follows the newest children down. */
  #leafUnder(id: string | null): string | null {
    const newestChild = new Map<string | null, string>()
    for (const row of this.#rows.values()) newestChild.set(row.parentId, row.id)
    let leaf = id
    for (let next = newestChild.get(leaf); next !== undefined; next = newestChild.get(leaf))
      leaf = next
    return leaf
  }

  #newestLeaf(): string | null {
    const parents = new Set(this.rows().map((row) => row.parentId))
    let newest: Row | undefined
    for (const row of this.#rows.values())
      if (!parents.has(row.id) && (newest === undefined || row.createdAt >= newest.createdAt))
        newest = row
    return newest?.id ?? null
  }
}

function mergeRow(known: Row | undefined, message: Message): Row {
  const stored = rowOf(message)
  if (known === undefined || known.status === 'streaming') return stored
  if (known.status === 'complete' && stored.status === 'complete')
    return known.isLocal ? { ...known, isLocal: false } : known
  // The server's word is the last, but that it stopped says less than why this page lost it.
  const isLost = known.status === 'failed' && stored.status === 'stopped'
  const row: Row = isLost ? { ...stored, status: 'failed', problem: known.problem } : stored
  return isSame(known, row) ? known : row
}

function isSame(one: Row, other: Row): boolean {
  const said = ({ isLocal, status, problem, parts }: Row) => [isLocal, status, problem, parts]
  return JSON.stringify(said(one)) === JSON.stringify(said(other))
}
