import { storage, tabStorage } from '../../lib/storage.ts'

/** A file that the server has, for a message that is still being written. */
export interface DraftFile {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly mediaType: string
  readonly url: string
}

/** What is being written in one place. */
export interface Draft {
  readonly text: string
  readonly files: readonly DraftFile[]
}

/**
 * What was written in this tab, else, for a thread, what was written last in any: so no tab takes
 * another's words away.
 * @param threadId undefined for a new chat, which each tab has of its own
 */
export function readDraft(threadId: string | undefined): Draft {
  const own = read(tabStorage, threadId)
  return isEmpty(own) && threadId !== undefined ? read(storage, threadId) : own
}

export function hasDraft(threadId: string): boolean {
  return !isEmpty(readDraft(threadId))
}

/** An empty one is forgotten. */
export function writeDraft(threadId: string | undefined, draft: Draft): void {
  write(tabStorage, threadId, draft)
  // For when the tab is closed.
  if (threadId !== undefined) write(storage, threadId, draft)
}

type Area = typeof storage

function read(area: Area, threadId: string | undefined): Draft {
  const { text, files } = keysOf(threadId)
  return { text: area.read(text) ?? '', files: parseFiles(area.read(files)) }
}

function write(area: Area, threadId: string | undefined, { text, files }: Draft): void {
  const keys = keysOf(threadId)
  area.write(keys.text, text === '' ? undefined : text)
  area.write(keys.files, files.length === 0 ? undefined : JSON.stringify(files))
}

function isEmpty({ text, files }: Draft): boolean {
  return text === '' && files.length === 0
}

/** A thread may have any name: none makes a key that is another's. */
function keysOf(threadId: string | undefined) {
  const place = threadId === undefined ? '' : `:${threadId}`
  return { text: `draft${place}`, files: `draft-files${place}` }
}

function parseFiles(json = '[]'): readonly DraftFile[] {
  try {
    const files: unknown = JSON.parse(json)
    return Array.isArray(files) ? (files as DraftFile[]) : []
  } catch {
    return []
  }
}
