/**
 * One of the browser's storages. It may be full or forbidden: then the page remembers by itself, for as
 * long as it is there.
 * @param area is asked for each time, since even that may throw
 */
export function createStorage(area: () => Storage) {
  /** What could not be written. */
  const unwritten = new Map<string, string | undefined>()
  return {
    read(key: string): string | undefined {
      if (unwritten.has(key)) return unwritten.get(key)
      try {
        return area().getItem(key) ?? undefined
      } catch {
        return undefined
      }
    },

    /** All that begin so. */
    keys(prefix: string): string[] {
      const keys = new Set(unwritten.keys())
      try {
        for (const key of Object.keys(area())) keys.add(key)
      } catch {
        // It is forbidden: there is what could not be written, and no more.
      }
      return [...keys].filter((key) => key.startsWith(prefix))
    },

    /** Without a value, the key is forgotten. */
    write(key: string, value: string | undefined): void {
      try {
        if (value === undefined) area().removeItem(key)
        else area().setItem(key, value)
        unwritten.delete(key)
      } catch {
        unwritten.set(key, value)
      }
    },
  }
}

/** Of the browser, for good. */
export const storage = createStorage(() => localStorage)

/** Of the tab, through reloads. */
export const tabStorage = createStorage(() => sessionStorage)
