export interface Titled {
  readonly title?: string | undefined
  readonly custom?: Record<string, unknown> | undefined
}

/** What a thread is called, also before it has a title; one that is on this browser only says so. */
export function titleOf({ title, custom }: Titled): string {
  if (title) return title
  return isUnsent({ custom })
    ? `${String(custom?.['unsentText']) || newTitle} (not sent)`
    : newTitle
}

/** Whether it is on this browser only. */
export function isUnsent({ custom }: Pick<Titled, 'custom'>): boolean {
  return custom?.['unsentText'] !== undefined
}

const newTitle = 'New chat'
