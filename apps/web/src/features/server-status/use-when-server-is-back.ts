import { useEffect, useEffectEvent, useRef } from 'react'
import { useReadiness } from './use-readiness.ts'

/** Calls back when the server takes requests again after it did not. */
export function useWhenServerIsBack(callback: () => void): void {
  const isAway = useReadiness().fault !== undefined
  const wasAway = useRef(false)
  const onBack = useEffectEvent(callback)
  useEffect(() => {
    if (wasAway.current && !isAway) onBack()
    wasAway.current = isAway
  }, [isAway])
}
