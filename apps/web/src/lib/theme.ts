import { useSyncExternalStore } from 'react'
import { Listeners } from './listeners.ts'
import { storage } from './storage.ts'

export type Theme = 'light' | 'dark' | 'system'

const listeners = new Listeners()

function currentTheme(): Theme {
  const { theme } = document.documentElement.dataset
  return theme === 'light' || theme === 'dark' ? theme : 'system'
}

/** Takes effect at once and is remembered; public/theme.js applies it before the next first paint. */
export function setTheme(theme: Theme): void {
  const { dataset } = document.documentElement
  if (theme === 'system') delete dataset['theme']
  else dataset['theme'] = theme
  storage.write('theme', theme === 'system' ? undefined : theme)
  listeners.notify()
}

export function useTheme(): Theme {
  return useSyncExternalStore(listeners.subscribe, currentTheme)
}
