import { useEffect, useEffectEvent } from 'react'

/** A tab that comes to the front is told of both, one after the other. */
const onceMs = 500

/** Calls back when somebody comes back to the page: what it shows may have gone on elsewhere. */
export function useReturn(callback: () => void): void {
  const onReturn = useEffectEvent(callback)
  useEffect(() => {
    let lastAt = -Infinity
    const look = () => {
      if (document.visibilityState !== 'visible' || performance.now() - lastAt < onceMs) return
      lastAt = performance.now()
      onReturn()
    }
    document.addEventListener('visibilitychange', look)
    addEventListener('focus', look)
    return () => {
      document.removeEventListener('visibilitychange', look)
      removeEventListener('focus', look)
    }
  }, [])
}
