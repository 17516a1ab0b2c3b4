import { useSyncExternalStore } from 'react'
import { storage } from '../../lib/storage.ts'

const key = 'model'
const listeners = new Set<() => void>()

/** The model that the reader chose; undefined: the upstream's default. */
export function chosenModel(): string | undefined {
  return storage.read(key)
}

/** Holds for what is said from now on, and is remembered. */
export function chooseModel(id: string | undefined): void {
  storage.write(key, id)
  for (const listener of listeners) listener()
}

export function useChosenModel(): string | undefined {
  return useSyncExternalStore(subscribe, chosenModel)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
