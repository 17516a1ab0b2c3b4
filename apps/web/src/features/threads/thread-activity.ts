import { useSyncExternalStore } from 'react'
import { Listeners } from '../../lib/listeners.ts'

/** When something was last said in a thread, as far as this page has seen: newer than any list. */
export class ThreadActivity {
  readonly #listeners = new Listeners()
  #times: ReadonlyMap<string, Date> = new Map()

  note(threadId: string): void {
    this.#times = new Map(this.#times).set(threadId, new Date())
    this.#listeners.notify()
  }

  readonly subscribe = this.#listeners.subscribe

  readonly times = (): ReadonlyMap<string, Date> => this.#times
}

export function useActivityTimes(activity: ThreadActivity): ReadonlyMap<string, Date> {
  return useSyncExternalStore(activity.subscribe, activity.times)
}
