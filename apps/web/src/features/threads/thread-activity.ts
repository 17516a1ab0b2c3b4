import { useSyncExternalStore } from 'react'

/** When something was last said in a thread, as far as this page has seen: newer than any list. */
export class ThreadActivity {
  readonly #listeners = new Set<() => void>()
  #times: ReadonlyMap<string, Date> = new Map()

  note(threadId: string): void {
    this.#times = new Map(this.#times).set(threadId, new Date())
    for (const listener of this.#listeners) listener()
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly times = (): ReadonlyMap<string, Date> => this.#times
}

export function useActivityTimes(activity: ThreadActivity): ReadonlyMap<string, Date> {
  return useSyncExternalStore(activity.subscribe, activity.times)
}
