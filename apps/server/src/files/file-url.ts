/** Where a file is, below the server's own URL. */
export function filePath(id: string): string {
  return `/v1/files/${id}`
}

/** A query begins once, so that no text, however long, is gone through twice. */
const pattern = /^(?:https?:\/\/[^\s?]+)?\/v1\/files\/([0-9a-f-]{36})(?:\?\S*)?$/

/**
 * The id of the file that a URL names, on whatever server of this kind, by whatever name it is reached.
 * @returns undefined where it is the URL of something else
 */
export function fileIdOf(url: string): string | undefined {
  return pattern.exec(url)?.[1]
}
