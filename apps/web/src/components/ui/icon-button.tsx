import { clsx } from 'clsx'
import type { ComponentProps, ReactNode } from 'react'
import { Tooltip } from './tooltip.tsx'

export interface IconButtonProps extends ComponentProps<'button'> {
  /** What it does: its accessible name, and its tooltip. */
  readonly label: string
  readonly children: ReactNode
}

export function IconButton({ label, className, ...props }: IconButtonProps) {
  return (
    <Tooltip label={label}>
      <button
        type="button"
        aria-label={label}
        className={clsx(iconButtonStyle, className)}
        {...props}
      />
    </Tooltip>
  )
}

export const iconButtonStyle = clsx(
  'touchable inline-flex size-8 shrink-0 items-center justify-center rounded-md text-ink-faint',
  'transition-colors hover:bg-hover hover:text-ink aria-expanded:bg-hover aria-expanded:text-ink',
  'disabled:pointer-events-none disabled:opacity-35 [&_svg]:size-4',
)
