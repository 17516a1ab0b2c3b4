import { useSyncExternalStore } from 'react'
import { Listeners } from './listeners.ts'
import { problemOf } from './problem.ts'

export interface Notice {
  readonly id: number
  readonly title: string
  readonly detail: string
}

const durationMs = 8_000
const listeners = new Listeners()
let notices: readonly Notice[] = []
let lastId = 0

/** Tells of a failure that has no better place on the page. */
export function tell({ title, detail }: Omit<Notice, 'id'>): void {
  const id = ++lastId
  publish([...notices, { id, title, detail }])
  setTimeout(() => dismiss(id), durationMs)
}

/** For promises that nobody waits for: their failure is told. */
export function tellIfItFails(work: Promise<unknown>): void {
  work.catch((error: unknown) => tell(problemOf(error)))
}

export function dismiss(id: number): void {
  publish(notices.filter((notice) => notice.id !== id))
}

export function useNotices(): readonly Notice[] {
  return useSyncExternalStore(listeners.subscribe, () => notices)
}

function publish(next: readonly Notice[]): void {
  notices = next
  listeners.notify()
}
