import { fileIdOf } from '../files/file-url.ts'
import type { ArchivedMessage } from './archive-record.ts'

/**
 * The message with its files where they are now.
 * @param links where files are now, by the ids that they have in the archive
 */
export function relink(
  message: ArchivedMessage,
  links: ReadonlyMap<string, string>,
): ArchivedMessage {
  if (links.size === 0) return message
  const { parts, content } = message
  const linked = JSON.stringify({ parts, content }, (_key, value: unknown) =>
    typeof value === 'string' ? (links.get(fileIdOf(value) ?? '') ?? value) : value,
  )
  return { ...message, ...(JSON.parse(linked) as Pick<ArchivedMessage, 'parts' | 'content'>) }
}
