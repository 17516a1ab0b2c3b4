import { useAui, useAuiState, type AssistantState } from '@assistant-ui/react'
import { useEffect, useMemo, useRef } from 'react'
import { readDraft, writeDraft, type DraftFile } from './draft.ts'

type Attachment = AssistantState['composer']['attachments'][number]

/** Keeps what is being written, with the files that the server has by now, per thread, through reloads. */
export function useComposerDraft(): void {
  const aui = useAui()
  const text = useAuiState((state) => state.composer.text)
  const attachments = useAuiState((state) => state.composer.attachments)
  const files = useMemo(() => attachments.flatMap(fileOf), [attachments])
  const threadId = useAuiState((state) => state.threadListItem.remoteId)
  const threadIdOfText = useRef(threadId)

  useEffect(() => {
    const draft = readDraft(threadIdOfText.current)
    const { text: written, attachments: attached } = aui.composer.getState()
    if (draft.text !== '' && written === '') aui.composer.setText(draft.text)
    if (attached.length > 0) return
    for (const { id, name, type, mediaType, url } of draft.files)
      void aui.composer.addAttachment({
        id,
        name,
        type,
        contentType: mediaType,
        content: [{ type: 'file', data: url, mimeType: mediaType, filename: name }],
      })
  }, [aui])

  useEffect(() => {
    // A new thread has got its id: what was written in it is kept under that.
    if (threadIdOfText.current !== threadId)
      writeDraft(threadIdOfText.current, { text: '', files: [] })
    threadIdOfText.current = threadId
    writeDraft(threadId, { text, files })
  }, [threadId, text, files])
}

/** One that is still on its way is lost with the page; its upload would be, too. */
function fileOf({ id, name, type, content }: Attachment): DraftFile[] {
  const [part] = content ?? []
  if (part?.type !== 'file') return []
  return [{ id, name, type, mediaType: part.mimeType, url: part.data }]
}
