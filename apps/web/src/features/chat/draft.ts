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

/** @param threadId undefined for a new chat: each tab has its own, or one would overwrite another's */
export function readDraft(threadId: string | undefined): Draft {
  const [area, key] = placeOf(threadId)
  return { text: area.read(key) ?? '', files: parseFiles(area.read(`${key}:files`)) }
}

export function hasDraft(threadId: string): boolean {
  const { text, files } = readDraft(threadId)
  return text !== '' || files.length > 0
}

/** An empty one is forgotten. */
export function writeDraft(threadId: string | undefined, { text, files }: Draft): void {
  const [area, key] = placeOf(threadId)
  area.write(key, text === '' ? undefined : text)
  area.write(`${key}:files`, files.length === 0 ? undefined : JSON.stringify(files))
}

function placeOf(threadId: string | undefined) {
  return threadId === undefined
    ? ([tabStorage, 'draft:new'] as const)
    : ([storage, `draft:${threadId}`] as const)
}

function parseFiles(json = '[]'): readonly DraftFile[] {
  try {
    const files: unknown = JSON.parse(json)
    return Array.isArray(files) ? (files as DraftFile[]) : []
  } catch {
    return []
  }
}
