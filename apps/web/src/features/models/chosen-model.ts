import { useSyncExternalStore } from 'react'
import { Listeners } from '../../lib/listeners.ts'
import { storage } from '../../lib/storage.ts'

const key = 'model'
const listeners = new Listeners()

/** The model that the reader chose; undefined: the upstream's default. */
export function chosenModel(): string | undefined {
  return storage.read(key)
}

/** Holds for what is said from now on, and is remembered. */
export function chooseModel(id: string | undefined): void {
  storage.write(key, id)
  listeners.notify()
}

export function useChosenModel(): string | undefined {
  return useSyncExternalStore(listeners.subscribe, chosenModel)
}
