/** What a thread is called before it has a title. */
export function titleOf({ title }: { title?: string | undefined }): string {
  return title || 'New chat'
}
