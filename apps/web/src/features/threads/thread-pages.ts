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
  readonly after?: string
  readonly isAtEnd: boolean
  /** Why the next page did not come. */
  readonly problem?: Problem
}

const start: Position = { isAtEnd: false }

/**
 * How far the two lists of the server are loaded. assistant-ui keeps both in one list with one
 * cursor; here that cursor moves on in whichever of the two is looked at.
 */
export class ThreadPages {
  readonly #loadPage: LoadPage
  readonly #listeners = new Listeners()
  #section: Section = 'regular'
  #positions: Readonly<Record<Section, Position>> = { regular: start, archived: start }

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

  /** The first page of what is looked at. The other list starts anew when it is looked at. */
  async first(): Promise<readonly Thread[]> {
    this.#positions = { regular: start, archived: start }
    // What the page opens with; a reload while the archive is open needs both.
    const regular = await this.#next('regular')
    return this.#section === 'archived' ? [...regular, ...(await this.#next('archived'))] : regular
  }

  async next(): Promise<readonly Thread[]> {
    return this.#next(this.#section)
  }

  readonly subscribe = this.#listeners.subscribe

  /** Whether what is looked at goes on past what is loaded. */
  readonly hasMoreHere = (): boolean => !this.#positions[this.#section].isAtEnd

  /** Why what is looked at did not go on, until it does. */
  readonly problemHere = (): Problem | undefined => this.#positions[this.#section].problem

  async #next(section: Section): Promise<readonly Thread[]> {
    const { after, isAtEnd } = this.#positions[section]
    if (isAtEnd) return []
    try {
      const threads = await this.#loadPage(section, after)
      const last = threads.at(-1)
      this.#goTo(section, { isAtEnd: threads.length < pageSize, ...(last && { after: last.id }) })
      return threads
    } catch (error) {
      const problem = problemOf(error)
      // The thread that it was to go on after is gone. What is read again is not listed twice.
      const from = problem.status === 400 ? start : this.#positions[section]
      this.#goTo(section, { ...from, problem })
      throw error
    }
  }

  #goTo(section: Section, position: Position): void {
    this.#positions = { ...this.#positions, [section]: position }
    this.#listeners.notify()
  }
}

export function useHasMore(pages: ThreadPages): boolean {
  return useSyncExternalStore(pages.subscribe, pages.hasMoreHere)
}

export function usePageProblem(pages: ThreadPages): Problem | undefined {
  return useSyncExternalStore(pages.subscribe, pages.problemHere)
}
