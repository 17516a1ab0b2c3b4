import { useAuiState } from '@assistant-ui/react'
import { clsx } from 'clsx'
import type { ReactNode } from 'react'

export interface MessageActionsProps {
  readonly children: ReactNode
  readonly isHidden?: boolean
}

/** What can be done with a message. Its room is always kept, so nothing jumps when it shows. */
export function MessageActions({ children, isHidden = false }: MessageActionsProps) {
  const isLast = useAuiState((state) => state.message.isLast)
  return (
    <div
      className={clsx(
        '-mx-1.5 flex min-h-8 items-center gap-0.5 transition-opacity',
        !isLast &&
          'opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100',
      )}
    >
      {!isHidden && children}
    </div>
  )
}
