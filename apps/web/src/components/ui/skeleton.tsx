import { clsx } from 'clsx'

/** A bar where text will be. */
export function Skeleton({ className }: { className: string }) {
  return <div className={clsx('animate-breathe rounded-sm bg-selected', className)} />
}
