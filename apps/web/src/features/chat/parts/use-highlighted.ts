import { useEffect, useMemo, useState } from 'react'

type Highlight = (code: string, language: string) => string | undefined

/** Past this, colours are not worth the time they take. */
const maxLength = 40_000

let highlight: Highlight | undefined

async function load(): Promise<void> {
  highlight = (await import('./highlighter.ts')).highlight
}

/** The code as HTML with colours; undefined where there are none, or not yet. */
export function useHighlighted(code: string, language: string): string | undefined {
  const [isLoaded, setIsLoaded] = useState(highlight !== undefined)
  useEffect(() => {
    if (isLoaded) return
    let isCurrent = true
    load().then(
      () => isCurrent && setIsLoaded(true),
      () => undefined,
    )
    return () => {
      isCurrent = false
    }
  }, [isLoaded])
  return useMemo(
    () => (isLoaded && code.length <= maxLength ? highlight?.(code, language) : undefined),
    [isLoaded, code, language],
  )
}
