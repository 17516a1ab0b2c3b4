import type { Problem, Thread } from '@assistant-ui-proxy/contract'
import { useSyncExternalStore } from 'react'
import { Listeners } from '../../lib/listeners.ts'
import { problemOf } from '../../lib/problem.ts'

export type Section = 'regular' | 'archived'

/** @param after the last thread of the page before */
export type LoadPage = (section: Section, after: string | undefined) => Promise<readonly Thread[]>

/** The server's page size by default: a page that is shorter is the last. */
const pageSize = 50

interface Position {
  /** What the server has listed so far, newest first. */
  readonly threads: readonly Thread[]
  readonly isAtEnd: boolean
  /** Why the next page did not come. */
  readonly problem?: Problem
}

const start: Position = { threads: [], isAtEnd: false }

/**
 * How far the two lists of the server are loaded. assistant-ui keeps both in one list with one
 * cursor; here that cursor moves on in whichever of the two is looked at.
 */
export class ThreadPages {
  readonly #loadPage: LoadPage
  readonly #listeners = new Listeners()
  #section: Section = 'regular'
  #positions: Readonly<Record<Section, Position>> = { regular: start, archived: start }
  #gone: ReadonlySet<string> = new Set()

  constructor(loadPage: LoadPage) {
    this.#loadPage = loadPage
  }

  get section(): Section {
    return this.#section
  }

  get hasMore(): boolean {
    return !this.#positions.regular.isAtEnd || !this.#positions.archived.isAtEnd
  }

  look(section: Section): void {
    this.#section = section
    this.#listeners.notify()
  }

  /**
   * The first page, as it is now, and behind it what was loaded before of the pages after it. The
   * archive starts anew when it is looked at.
   */
  async first(): Promise<readonly Thread[]> {
    const { regular: known } = this.#positions
    this.#positions = { ...this.#positions, archived: start }
    // What the page opens with; a reload while the archive is open needs both.
    const regular = await this.#again(known)
    return this.#section === 'archived' ? [...regular, ...(await this.#next('archived'))] : regular
  }

  async next(): Promise<readonly Thread[]> {
    return this.#next(this.#section)
  }

  /** A thread is there after all: it was begun anew. */
  found(threadId: string): void {
    if (!this.#gone.has(threadId)) return
    this.#gone = new Set([...this.#gone].filter((id) => id !== threadId))
    this.#listeners.notify()
  }

  /** A thread was deleted elsewhere. */
  lost(threadId: string): void {
    this.#gone = new Set([...this.#gone, threadId])
    this.#listeners.notify()
  }

  readonly subscribe = this.#listeners.subscribe

  /** The threads that were there once and are not any more: they were put away or deleted elsewhere. */
  readonly gone = (): ReadonlySet<string> => this.#gone

  /** Whether what is looked at goes on past what is loaded. */
  readonly hasMoreHere = (): boolean => !this.#positions[this.#section].isAtEnd

  /** Why what is looked at did not go on, until it does. */
  readonly problemHere = (): Problem | undefined => this.#positions[this.#section].problem

  async #next(section: Section): Promise<readonly Thread[]> {
    const { threads: known, isAtEnd } = this.#positions[section]
    if (isAtEnd) return []
    try {
      const threads = await this.#loadPage(section, known.at(-1)?.id)
      for (const { id } of threads) this.found(id)
      this.#goTo(section, {
        threads: [...known, ...threads],
        isAtEnd: threads.length < pageSize,
      })
      return threads
    } catch (error) {
      const problem = problemOf(error)
      // The thread that it was to go on after is gone. What is read again is not listed twice.
      const from = problem.status === 400 ? start : this.#positions[section]
      this.#goTo(section, { ...from, problem })
      throw error
    }
  }

  async #again(known: Position): Promise<readonly Thread[]> {
    if (known.threads.length === 0) {
      this.#goTo('regular', start)
      return this.#next('regular')
    }
    const page = await this.#loadPage('regular', undefined).catch(() => undefined)
    // Nobody asked for it, and what is known is better than nothing.
    if (page === undefined) return known.threads
    for (const { id } of page) this.found(id)
    const listed = new Set(page.map(({ id }) => id))
    const missing = known.threads.filter(({ id }) => !listed.has(id))
    const isWhole = page.length < pageSize
    const end = page.at(-1)?.last_message_at ?? ''
    const older = isWhole ? [] : missing.filter((thread) => thread.last_message_at <= end)
    // With nothing in common there may be others between the two.
    const isJoined = missing.length < known.threads.length
    const isOlder = new Set(older)
    const gone = missing.filter((thread) => !isOlder.has(thread)).map(({ id }) => id)
    this.#gone = new Set([...this.#gone, ...gone])
    this.#goTo('regular', {
      threads: isJoined ? [...page, ...older] : page,
      isAtEnd: isWhole || (isJoined && known.isAtEnd),
    })
    return this.#positions.regular.threads
  }

  #goTo(section: Section, position: Position): void {
    this.#positions = { ...this.#positions, [section]: position }
    this.#listeners.notify()
  }
}

export function useHasMore(pages: ThreadPages): boolean {
  return useSyncExternalStore(pages.subscribe, pages.hasMoreHere)
}

export function useGone(pages: ThreadPages): ReadonlySet<string> {
  return useSyncExternalStore(pages.subscribe, pages.gone)
}

export function usePageProblem(pages: ThreadPages): Problem | undefined {
  return useSyncExternalStore(pages.subscribe, pages.problemHere)
}
