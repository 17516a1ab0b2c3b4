import { clsx } from 'clsx'
import type { ComponentProps } from 'react'

const looks = {
  primary: 'bg-accent text-on-accent hover:bg-accent-hover',
  plain: 'border border-line-strong bg-raised text-ink hover:bg-hover',
  quiet: 'text-ink-soft hover:bg-hover hover:text-ink',
  danger: 'bg-danger text-canvas hover:opacity-90',
}

export interface ButtonProps extends ComponentProps<'button'> {
  readonly look?: keyof typeof looks
}

export function Button({ look = 'plain', className, ...props }: ButtonProps) {
  return (
    <button
      type="button"
      className={clsx(
        'touchable inline-flex h-9 items-center justify-center gap-2 rounded-md px-3.5 text-sm font-medium',
        'transition-colors disabled:pointer-events-none disabled:opacity-45',
        looks[look],
        className,
      )}
      {...props}
    />
  )
}
